import { Injectable } from '@nestjs/common';
import { actorOf, type Principal } from '../auth/principal.js';
import type { Transaction } from '../database/transactions.js';
import { EventLog } from '../events/event-log.js';
import type { CallEventData, CallEventType } from './call-events.js';
import type { CallView } from './call.js';

/** Writes what happens to calls into their department's log. */
@Injectable()
export class CallJournal {
  constructor(private readonly log: EventLog) {}

  append(
    tx: Transaction,
    type: CallEventType,
    call: CallView,
    by: Pick<Principal, 'kind' | 'id'>,
    more: Pick<CallEventData, 'reason' | 'from'> = {},
  ): void {
    const actor = actorOf(by);
    this.log.append(tx, { dept: call.dept, type, callId: call.id, actorId: actor, data: { call_id: call.id, call, ...more, by: actor } });
  }
}
