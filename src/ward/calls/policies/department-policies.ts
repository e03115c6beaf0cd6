import { Inject, Injectable } from '@nestjs/common';
import { WARD_SETTINGS } from '../../../platform/config/config.module.js';
import type { WardSettings } from '../../../platform/config/ward.settings.js';
import { statement } from '../../../platform/database/statement.js';
import type { Transaction } from '../../../platform/database/transactions.js';
import { type EscalationPolicy, EscalationPolicyProvider } from './escalation-policy.js';

/** The columns of a row with deadlines. A ladder is given whole or not at all, so that levels of two rows never mix. */
export const DEADLINE_COLUMNS = ['l1_sec', 'l2_sec', 'l3_sec', 'repeat_sec', 'presence_sec', 'attendance_sec'] as const;
type DeadlineColumn = (typeof DEADLINE_COLUMNS)[number];
type Deadlines = Record<DeadlineColumn, number | null>;

/** `o`: the department's row for the type, `d`: the department's, `t`: the type's own. */
const IN_FORCE = DEADLINE_COLUMNS.map((column) => `coalesce(o.${column}, d.${column}, t.${column}) AS ${column}`).join(', ');
const find = statement(
  'find_escalation_policy',
  `SELECT ${IN_FORCE} FROM call_types t LEFT JOIN escalation_policies d ON d.dept_id = $1
     LEFT JOIN department_type_policies o ON o.dept_id = $1 AND o.type = t.id WHERE t.id = $2`,
);

/** The default: the department's own deadlines for the type, else the department's, else the type's, else the settings'. */
@Injectable()
export class DepartmentPolicies extends EscalationPolicyProvider {
  constructor(@Inject(WARD_SETTINGS) private readonly ward: WardSettings) {
    super();
  }

  async policyFor(tx: Transaction, { dept, type }: { dept: string; type: string }): Promise<EscalationPolicy> {
    return this.complete(await this.rowFor(tx, dept, type));
  }

  /** What departments and types say; null where the settings decide. */
  rowFor(tx: Transaction, dept: string, type: string): Promise<Deadlines | undefined> {
    return tx.one<Deadlines>(find, [dept, type]);
  }

  /** The settings' deadlines where a row has none. `attendance_sec` 0 means that nobody is asked. */
  complete(row: Deadlines | undefined): EscalationPolicy {
    const { ESCALATION_L1_SEC, ESCALATION_L2_SEC, ESCALATION_L3_SEC, ESCALATION_REPEAT_SEC } = this.ward;
    const { presence_sec: presence, attendance_sec: attendance } = row ?? {};
    return {
      l1Sec: row?.l1_sec ?? ESCALATION_L1_SEC,
      l2Sec: row?.l2_sec ?? ESCALATION_L2_SEC,
      l3Sec: row?.l3_sec ?? ESCALATION_L3_SEC,
      repeatSec: row?.repeat_sec ?? ESCALATION_REPEAT_SEC,
      ...(typeof presence === 'number' && { presenceSec: presence }),
      ...(typeof attendance === 'number' && { attendanceSec: attendance === 0 ? null : attendance }),
    };
  }
}
