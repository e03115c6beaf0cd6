import { Inject, Injectable } from '@nestjs/common';
import { WARD_SETTINGS } from '../../../platform/config/config.module.js';
import type { WardSettings } from '../../../platform/config/ward.settings.js';
import { statement } from '../../../platform/database/statement.js';
import type { Transaction } from '../../../platform/database/transactions.js';
import { type EscalationPolicy, EscalationPolicyProvider } from './escalation-policy.js';

const find = statement(
  'find_escalation_policy',
  'SELECT l1_sec AS "l1Sec", l2_sec AS "l2Sec", l3_sec AS "l3Sec", repeat_sec AS "repeatSec" FROM escalation_policies WHERE dept_id = $1',
);

/** The default: the department's own deadlines, else the settings'. */
@Injectable()
export class DepartmentPolicies extends EscalationPolicyProvider {
  private readonly fallback: EscalationPolicy;

  constructor(@Inject(WARD_SETTINGS) ward: WardSettings) {
    super();
    const { ESCALATION_L1_SEC: l1Sec, ESCALATION_L2_SEC: l2Sec, ESCALATION_L3_SEC: l3Sec, ESCALATION_REPEAT_SEC: repeatSec } = ward;
    this.fallback = { l1Sec, l2Sec, l3Sec, repeatSec };
  }

  async policyFor(tx: Transaction, { dept }: { dept: string }): Promise<EscalationPolicy> {
    return (await tx.one<EscalationPolicy & Record<string, unknown>>(find, [dept])) ?? this.fallback;
  }
}
