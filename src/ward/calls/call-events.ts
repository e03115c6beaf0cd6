import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { EventCatalog, type PayloadsOf } from '../../events/log/event-catalog.js';
import { uuid } from '../../platform/common/values/ids.js';
import { CALL_STATES, DECLINE_CODES } from './call.js';
import { callSchema } from './call-schema.js';

const UNATTENDED_REASONS = ['nobody_on_duty', 'nobody_reachable', 'all_declined'] as const;
/** Why nobody could be asked. */
export type UnattendedReason = (typeof UNATTENDED_REASONS)[number];

/** Why a call is pending again or withdrawn from a person, or was cancelled from afar or by the system. Codes, never free text. */
const CALL_REASONS = [
  ...[
    'declined',
    'no_presence',
    'shift_ended',
    'nurse_disconnected',
    'remote_cancel',
    'shift_paused',
    'excluded',
    'came_on_duty',
    'no_receipt',
    'accepted_by_another',
  ],
  ...['timeout', 'reassigned', 'restored', 'pressed_again', 'attendance_timeout', 'superseded'],
  ...UNATTENDED_REASONS,
] as const;
export type CallReason = (typeof CALL_REASONS)[number];

/** `data` of every `call.*` event. */
export const callEventData = z.strictObject({
  call_id: uuid,
  call: callSchema,
  reason: z.enum(CALL_REASONS).optional(),
  from: z.enum(CALL_STATES).optional().describe('the state that the call was in before'),
  level: z.int().optional().describe('call.escalated: the level reached'),
  repeat: z.int().optional().describe('call.escalated: how often the failsafe has asked everybody again after level 3'),
  staff_ids: z
    .array(uuid)
    .optional()
    .describe(
      'call.assigned: the people who have just been asked; call.withdrawn: those who no longer are; ' +
        'call.attendance_due: the people asked whether they are still there',
    ),
  code: z.enum(DECLINE_CODES).optional().describe('call.declined: why, where the person said so'),
  by: z.string().optional().describe('who caused it: staff:<id>, station:<id> or system'),
});
export type CallEventData = z.infer<typeof callEventData>;

/** The call that a failsafe's `call.escalated` names once more. */
function repeatedCall(data: string): string | undefined {
  const { call_id, repeat } = JSON.parse(data) as CallEventData;
  return repeat === undefined ? undefined : call_id;
}

/** True when a person has taken the call on: a press then sounds for them. */
function isForSomebody(data: string): boolean {
  const { call } = JSON.parse(data) as CallEventData;
  return call.state === 'accepted' || call.state === 'in_progress';
}

/** True when a manager gives a call in progress to a person: no other event tells them. */
function isHandOver(data: string): boolean {
  return (JSON.parse(data) as CallEventData).call.state === 'in_progress';
}

/** The call whose presses an event counts: its newest one has the right count. */
function pressedCall(data: string): string {
  return `presses of ${(JSON.parse(data) as CallEventData).call_id}`;
}

/** The calls' events. An event that adds a recipient or reopens a call is critical: it may never be dropped. */
export const CALL_EVENT_TYPES = {
  'call.pending': { critical: true, data: callEventData },
  'call.unattended': { critical: true, data: callEventData },
  'call.escalated': { critical: true, repeatOf: repeatedCall, data: callEventData },
  'call.assigned': { critical: isHandOver, data: callEventData },
  'call.accepted': { critical: false, data: callEventData },
  'call.declined': { critical: false, data: callEventData },
  'call.in_progress': { critical: false, data: callEventData },
  'call.completed': { critical: false, data: callEventData },
  'call.cancelled': { critical: false, data: callEventData },
  'call.repeated': { critical: isForSomebody, repeatOf: pressedCall, data: callEventData },
  /** Nothing else happens to the call: the person's other devices stop ringing. */
  'call.withdrawn': { critical: false, data: callEventData },
  'call.attendance_due': { critical: true, data: callEventData },
  'call.superseded': { critical: false, data: callEventData },
  'call.resumed': { critical: false, data: callEventData },
} as const;

export type CallEventType = keyof typeof CALL_EVENT_TYPES;

declare module '../../events/log/event.js' {
  interface EventPayloads extends PayloadsOf<typeof CALL_EVENT_TYPES> {}
}

/** Declares them to the log. */
@Injectable()
export class CallEvents implements OnModuleInit {
  constructor(private readonly catalog: EventCatalog) {}

  onModuleInit(): void {
    this.catalog.declareAll(CALL_EVENT_TYPES);
  }
}
