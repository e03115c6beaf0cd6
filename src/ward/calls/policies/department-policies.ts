import { Inject, Injectable } from '@nestjs/common';
import { WARD_SETTINGS } from '../../../platform/config/config.module.js';
import type { WardSettings } from '../../../platform/config/settings/ward.settings.js';
import { statement } from '../../../platform/database/statement.js';
import type { Transaction } from '../../../platform/database/transactions.js';
import { type Deadlines, EscalationPolicies, type UnplacedCall } from './escalation-policies.js';
import type { EscalationPolicy } from './escalation-policy.js';

/** The columns of a row with deadlines. A ladder is given whole or not at all, so that levels of two rows never mix. */
export const DEADLINE_COLUMNS = [
  'l1_sec',
  'l2_sec',
  'l3_sec',
  'repeat_sec',
  'presence_sec',
  'attendance_sec',
] as const satisfies (keyof Deadlines)[];

/** The deadlines of `call_types t` with {@link policiesOf} a department: its own row for the type, else its row for all types, else the type's. */
export const DEADLINES_IN_FORCE = DEADLINE_COLUMNS.map((column) => `coalesce(dt.${column}, dp.${column}, t.${column}) AS ${column}`).join(
  ', ',
);
/** @param dept SQL of the department's id */
export function policiesOf(dept: string): string {
  return `LEFT JOIN escalation_policies dp ON dp.dept_id = ${dept} LEFT JOIN department_type_policies dt ON dt.dept_id = ${dept} AND dt.type = t.id`;
}
const find = statement('find_escalation_policy', `SELECT ${DEADLINES_IN_FORCE} FROM call_types t ${policiesOf('$1')} WHERE t.id = $2`);

/** The default: the department's own deadlines for the type, else the department's, else the type's, else the settings'. */
@Injectable()
export class DepartmentPolicies extends EscalationPolicies {
  constructor(@Inject(WARD_SETTINGS) private readonly ward: WardSettings) {
    super();
  }

  policyFor({ deadlines }: UnplacedCall): Promise<EscalationPolicy> {
    return Promise.resolve(this.complete(deadlines));
  }

  /** The deadlines of departments and types; null where the settings decide. */
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
