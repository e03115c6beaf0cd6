import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../../platform/database/transactions.js';
import type { CallReason } from '../call-events.js';
import { CallJournal } from '../call-journal.js';
import { CallsRepository } from '../calls.repository.js';
import { transition } from '../call-states.js';

/** The system takes back a call that it has placed. */
@Injectable()
export class CallWithdrawal {
  constructor(
    private readonly calls: CallsRepository,
    private readonly journal: CallJournal,
  ) {}

  /** Cancels the call; one that a person has closed stays as it is. Calls are locked by rising ids. */
  async withdraw(tx: Transaction, callId: string, reason: CallReason): Promise<void> {
    const call = await this.calls.lock(tx, callId);
    if (!call || 'refused' in transition(call.state, 'cancel')) return;
    await this.calls.cancel(tx, callId, 'system', reason);
    this.journal.append(tx, 'call.cancelled', await this.calls.view(tx, callId), 'system', { from: call.state, reason });
  }
}
