import { Injectable } from '@nestjs/common';
import { actorOf, type GuestActor, type Principal } from '../../identity/access/principal.js';
import type { Transaction } from '../../platform/database/transactions.js';
import { EventLog } from '../../events/log/event-log.js';
import type { CallEventData, CallEventType, CallReason } from './call-events.js';
import { CallMetrics } from './projections/call-metrics.js';
import type { CallView } from './call.js';

/** The author of an event; for the engines it is the system. */
export type Actor = Pick<Principal, 'kind' | 'id'> | GuestActor | 'system';

/** Writes what happens to calls into their department's log. */
@Injectable()
export class CallJournal {
  constructor(
    private readonly log: EventLog,
    private readonly metrics: CallMetrics,
  ) {}

  append(tx: Transaction, type: CallEventType, call: CallView, by: Actor, more: Omit<CallEventData, 'call_id' | 'call' | 'by'> = {}): void {
    const actor = by === 'system' ? by : actorOf(by);
    this.log.append(tx, { dept: call.dept, type, callId: call.id, actorId: actor, data: { call_id: call.id, call, ...more, by: actor } });
    const isTakenOn = type === 'call.accepted' || (type === 'call.in_progress' && more.from === 'pending');
    if (isTakenOn) {
      tx.afterCommit(() => {
        this.metrics.accepted(call);
      });
    }
  }

  /** Appends the event for the people that the call has just been given to; no people, no event. */
  assigned(tx: Transaction, call: CallView, by: Actor, staffIds: readonly string[]): void {
    if (staffIds.length > 0) this.append(tx, 'call.assigned', call, by, { staff_ids: [...staffIds] });
  }

  /** Appends the event for a person whom the call no longer asks, where no other event of the call shows it. */
  withdrawn(tx: Transaction, call: CallView, by: Actor, staffId: string, reason: CallReason): void {
    this.append(tx, 'call.withdrawn', call, by, { staff_ids: [staffId], reason });
  }
}
