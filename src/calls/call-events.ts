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

/** Tells the log which of the calls' events may never be dropped: whatever adds a recipient or reopens a call. */
@Injectable()
export class CallEvents implements OnModuleInit {
  constructor(private readonly catalog: EventCatalog) {}

  onModuleInit(): void {
    this.catalog.declare('call.pending', { critical: true });
    this.catalog.declare('call.unattended', { critical: true });
    this.catalog.declare('call.accepted', { critical: false });
    this.catalog.declare('call.declined', { critical: false });
    this.catalog.declare('call.in_progress', { critical: false });
    this.catalog.declare('call.completed', { critical: false });
    this.catalog.declare('call.cancelled', { critical: false });
    this.catalog.declare('call.repeated', { critical: false });
  }
}
