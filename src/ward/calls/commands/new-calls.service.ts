import { Injectable } from '@nestjs/common';
import { newId } from '../../../platform/common/values/ids.js';
import { RetryTransaction } from '../../../platform/database/database-error.js';
import type { Transaction } from '../../../platform/database/transactions.js';
import { EscalationPolicies } from '../policies/escalation-policies.js';
import type { Deadlines } from '../../deadlines/deadlines.js';
import type { DispatchMode } from '../../hospital/entities/call-type.entity.js';
import type { CallView } from '../call.js';
import { CallEscalation } from '../ladder/call-escalation.service.js';
import { Supersession } from '../ladder/supersession.service.js';
import { type Actor, CallJournal } from '../call-journal.js';
import { type NewCall, PressesRepository } from '../presses.repository.js';
import { Recipients } from '../annunciations/recipients.js';

/** Opens calls: the row with the policy that stays with it, its first targets, its events. */
@Injectable()
export class NewCalls {
  constructor(
    private readonly presses: PressesRepository,
    private readonly policies: EscalationPolicies,
    private readonly recipients: Recipients,
    private readonly escalation: CallEscalation,
    private readonly supersession: Supersession,
    private readonly journal: CallJournal,
  ) {}

  /**
   * The call, who is asked and the picture of both travel in one message: a strategy may be asked about a call that turns out to be open already.
   * @throws RetryTransaction when the same kind was opened at the place in this moment: now there is one to repeat
   */
  async open(
    tx: Transaction,
    by: Actor,
    wanted: Omit<NewCall, 'id'> & { dispatch: DispatchMode; deadlines: Deadlines },
  ): Promise<CallView> {
    const call = { ...wanted, id: newId() };
    const policy = await this.policies.policyFor(call);
    const [isPlaced, , { asked, view }] = await Promise.all([
      this.presses.insert(tx, call, policy),
      this.supersession.begin(tx, call, by),
      this.recipients.dispatch(tx, call),
    ]);
    if (!isPlaced || !view) throw new RetryTransaction();
    this.journal.append(tx, 'call.pending', view, by);
    this.journal.assigned(tx, view, by, asked);
    return asked.length > 0 ? view : this.escalation.escalateUnattended(tx, call, view);
  }
}
