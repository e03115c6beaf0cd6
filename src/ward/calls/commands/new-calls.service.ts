import { Injectable } from '@nestjs/common';
import { newId } from '../../../platform/common/ids.js';
import { StartAgain } from '../../../platform/database/database-error.js';
import type { Transaction } from '../../../platform/database/transactions.js';
import { EscalationPolicyProvider } from '../policies/escalation-policy.js';
import type { DispatchMode } from '../../hospital/entities/call-type.entity.js';
import type { CallView } from '../call.js';
import { CallEscalation } from '../ladder/call-escalation.service.js';
import { Supersession } from '../ladder/supersession.service.js';
import { type Actor, CallJournal } from '../call-journal.js';
import { CallsRepository } from '../calls.repository.js';
import { type NewCall, PressesRepository } from '../presses.repository.js';
import { Recipients } from '../annunciations/recipients.js';

/** Opens calls: the row with the policy that stays with it, its first targets, its events. */
@Injectable()
export class NewCalls {
  constructor(
    private readonly calls: CallsRepository,
    private readonly presses: PressesRepository,
    private readonly policies: EscalationPolicyProvider,
    private readonly recipients: Recipients,
    private readonly escalation: CallEscalation,
    private readonly supersession: Supersession,
    private readonly journal: CallJournal,
  ) {}

  /** @throws StartAgain when the same kind was opened at the place in this moment: now there is one to repeat */
  async open(tx: Transaction, by: Actor, wanted: Omit<NewCall, 'id'> & { dispatch: DispatchMode }): Promise<CallView> {
    const call = { ...wanted, id: newId() };
    const policy = await this.policies.policyFor(tx, call);
    const lesser = await this.presses.insert(tx, call, policy);
    if (!lesser) throw new StartAgain();
    await this.supersession.begin(tx, call, lesser, by);
    const asked = await this.recipients.dispatch(tx, call);
    const view = await this.calls.view(tx, call.id);
    this.journal.append(tx, 'call.pending', view, by);
    this.journal.assigned(tx, view, by, asked);
    return asked.length > 0 ? view : this.escalation.nobodyToAsk(tx, call, view);
  }
}
