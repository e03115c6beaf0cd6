import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../../../platform/database/transactions.js';
import type { CallReason } from '../../call-events.js';
import { type Actor, CallJournal } from '../../call-journal.js';
import { CallsRepository, type LockedCall } from '../../calls.repository.js';
import { CallEscalation } from '../call-escalation.service.js';
import { CallRounds } from '../call-rounds.service.js';

/** Calls whose person is gone. */
@Injectable()
export class LostHolders {
  constructor(
    private readonly escalation: CallEscalation,
    private readonly rounds: CallRounds,
    private readonly calls: CallsRepository,
    private readonly journal: CallJournal,
  ) {}

  /**
   * The account, the last session or the shift of the person ends, or they take a break: the call is pending. A press that came while they were
   * present counts now; it does not ask them, because they are gone.
   */
  async leave(tx: Transaction, call: LockedCall, staffId: string, by: Actor, reason: CallReason = 'shift_ended'): Promise<void> {
    if (!(await this.pressedAgain(tx, { ...call, acceptedBy: null }))) await this.escalation.stepBack(tx, call, staffId, by, reason);
  }

  /** The person who holds the call is disconnected for too long: an accepted call is pending, and asks the next nurse; one in progress stays theirs. */
  async replace(tx: Transaction, call: LockedCall): Promise<void> {
    if ((await this.pressedAgain(tx, call)) || call.state !== 'accepted') return;
    await this.calls.reopen(tx, call.id);
    const view = await this.calls.view(tx, call.id);
    this.journal.append(tx, 'call.pending', view, 'system', { from: 'accepted', reason: 'nurse_disconnected' });
    await this.escalation.replaceDisconnected(tx, call);
  }

  /**
   * True when a press came while a person was present: it starts a new round now that they are lost.
   * @returns whether a press came while somebody was present, which starts a new round now that they are lost
   */
  async pressedAgain(tx: Transaction, call: LockedCall): Promise<boolean> {
    if (call.state !== 'in_progress' || !call.isPressedAgain) return false;
    await this.rounds.begin(tx, call, 'system', 'pressed_again');
    return true;
  }
}
