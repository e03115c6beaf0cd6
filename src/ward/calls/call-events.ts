import { Injectable, type OnModuleInit } from '@nestjs/common';
import { EventCatalog } from '../../events/log/event-catalog.js';
import type { CallState, CallView, DeclineCode } from './call.js';

/** Why nobody could be asked. */
export type UnattendedReason = 'nobody_on_duty' | 'nobody_reachable' | 'all_declined';

/** Why a call is pending again, or was cancelled from afar or by the system. Codes, never free text. */
export type CallReason =
  | 'declined'
  | 'no_presence'
  | 'shift_ended'
  | 'nurse_disconnected'
  | 'remote_cancel'
  | UnattendedReason
  | 'shift_paused'
  | 'excluded'
  | 'came_on_duty'
  | 'no_receipt'
  | 'timeout'
  | 'reassigned'
  | 'restored'
  | 'pressed_again'
  | 'attendance_timeout'
  | 'superseded';

/** `data` of every `call.*` event. */
export interface CallEventData {
  call_id: string;
  call: CallView;
  reason?: CallReason;
  /** The state that the call was in before. */
  from?: CallState;
  /** `call.escalated`: the level reached. */
  level?: number;
  /** `call.escalated`: how often the failsafe has told everybody again after level 3. */
  repeat?: number;
  /** `call.assigned`: who has just been asked; `call.attendance_due`: who is asked whether they are still there. */
  staff_ids?: string[];
  /** `call.declined`: why, where the person said so. */
  code?: DeclineCode;
  /** Who caused it: `staff:<id>`, `station:<id>` or `system`. */
  by?: string;
}

declare module '../../events/log/event.js' {
  interface EventPayloads {
    'call.pending': CallEventData;
    'call.unattended': CallEventData;
    'call.escalated': CallEventData;
    'call.assigned': CallEventData;
    'call.accepted': CallEventData;
    'call.declined': CallEventData;
    'call.in_progress': CallEventData;
    'call.completed': CallEventData;
    'call.cancelled': CallEventData;
    'call.repeated': CallEventData;
    'call.attendance_due': CallEventData;
    'call.superseded': CallEventData;
    'call.resumed': CallEventData;
  }
}

/** The call that a failsafe's `call.escalated` names once more. */
function repeatedCall(data: string): string | undefined {
  const { call_id, repeat } = JSON.parse(data) as CallEventData;
  return repeat === undefined ? undefined : call_id;
}

/** A press at a call that somebody has taken on sounds for them. */
function isForSomebody(data: string): boolean {
  const { call } = JSON.parse(data) as CallEventData;
  return call.state === 'accepted' || call.state === 'in_progress';
}

/** The call whose presses an event counts: its newest one has the right count. */
function pressedCall(data: string): string {
  return `presses of ${(JSON.parse(data) as CallEventData).call_id}`;
}

/** Which of the calls' events may never be dropped: whatever adds a recipient or reopens a call. */
export const CALL_EVENT_TYPES = {
  'call.pending': { critical: true },
  'call.unattended': { critical: true },
  'call.escalated': { critical: true, repeatOf: repeatedCall },
  'call.assigned': { critical: false },
  'call.accepted': { critical: false },
  'call.declined': { critical: false },
  'call.in_progress': { critical: false },
  'call.completed': { critical: false },
  'call.cancelled': { critical: false },
  'call.repeated': { critical: isForSomebody, repeatOf: pressedCall },
  'call.attendance_due': { critical: true },
  'call.superseded': { critical: false },
  'call.resumed': { critical: false },
} as const;

export type CallEventType = keyof typeof CALL_EVENT_TYPES;

/** Declares them to the log. */
@Injectable()
export class CallEvents implements OnModuleInit {
  constructor(private readonly catalog: EventCatalog) {}

  onModuleInit(): void {
    this.catalog.declareAll(CALL_EVENT_TYPES);
  }
}
