import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../../platform/database/transactions.js';
import { Recipients } from '../annunciations/recipients.js';
import type { CallReason } from '../call-events.js';
import { type Actor, CallJournal } from '../call-journal.js';
import type { CallView } from '../call.js';
import { CallsRepository, type LockedCall } from '../calls.repository.js';
import { CallEscalation } from './call-escalation.service.js';

/** A call in progress starts again, from level 0, with the priority that it has. */
@Injectable()
export class CallRounds {
  constructor(
    private readonly calls: CallsRepository,
    private readonly recipients: Recipients,
    private readonly escalation: CallEscalation,
    private readonly journal: CallJournal,
  ) {}

  /**
   * Asks the person who was present, alone. When nobody is named, or the person cannot be reached, the call is dispatched like
   * a new one; a broadcast goes to all.
   * @param call as it was, locked
   */
  async begin(tx: Transaction, call: LockedCall, by: Actor, reason: CallReason): Promise<CallView> {
    await this.calls.startRound(tx, call.id);
    const { asked, view } = await this.ask(tx, call);
    this.journal.append(tx, 'call.pending', view, by, { from: call.state, reason });
    this.journal.assigned(tx, view, by, asked);
    return asked.length > 0 ? view : this.escalation.escalateUnattended(tx, call, view);
  }

  private async ask(tx: Transaction, call: LockedCall): Promise<{ asked: string[]; view: CallView }> {
    const { acceptedBy, dispatch } = call;
    const alone = dispatch === 'broadcast' ? null : acceptedBy;
    const isAsked = await this.recipients.startAgain(tx, call, alone);
    if (isAsked && alone !== null) return { asked: [alone], view: await this.calls.view(tx, call.id) };
    const { asked, view } = await this.recipients.dispatch(tx, call);
    return { asked, view: view ?? (await this.calls.view(tx, call.id)) };
  }
}
