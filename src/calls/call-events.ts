import { Injectable, type OnModuleInit } from '@nestjs/common';
import { EventCatalog } from '../events/event-catalog.js';
import type { CallState, CallView } from './call.js';

/** Why a call is pending again, or was cancelled from afar. Codes, never free text. */
export type CallReason = 'declined' | 'no_presence' | 'shift_ended' | 'nurse_disconnected' | 'remote_cancel' | 'nobody_on_duty';

/** `data` of every `call.*` event. */
export interface CallEventData {
  call_id: string;
  call: CallView;
  reason?: CallReason;
  /** The state that the call was in before. */
  from?: CallState;
  /** Who caused it: `staff:<id>` or `station:<id>`. */
  by?: string;
}

declare module '../events/event.js' {
  interface EventPayloads {
    'call.pending': CallEventData;
    'call.unattended': CallEventData;
    'call.accepted': CallEventData;
    'call.declined': CallEventData;
    'call.in_progress': CallEventData;
    'call.completed': CallEventData;
    'call.cancelled': CallEventData;
    'call.repeated': CallEventData;
  }
}

/** Which of the calls' events may never be dropped: whatever adds a recipient or reopens a call. */
export const CALL_EVENT_TYPES = {
  'call.pending': { critical: true },
  'call.unattended': { critical: true },
  'call.accepted': { critical: false },
  'call.declined': { critical: false },
  'call.in_progress': { critical: false },
  'call.completed': { critical: false },
  'call.cancelled': { critical: false },
  'call.repeated': { critical: false },
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
