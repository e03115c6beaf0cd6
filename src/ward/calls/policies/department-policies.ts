import { Inject, Injectable } from '@nestjs/common';
import { WARD_SETTINGS } from '../../../platform/config/config.module.js';
import type { WardSettings } from '../../../platform/config/settings/ward.settings.js';
import { statement } from '../../../platform/database/statement.js';
import type { Transaction } from '../../../platform/database/transactions.js';
import { byColumn, byName, CLOCKS, DEADLINE_COLUMNS, type Deadlines, type EscalationPolicy, LADDER } from '../../deadlines/deadlines.js';
import { EscalationPolicies, type UnplacedCall } from './escalation-policies.js';

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

  /** A row with the settings' ladder where it has none. */
  inForce(row: Deadlines | undefined) {
    return {
      ...byColumn(LADDER, (_name, { column, byDefault }) => row?.[column] ?? byDefault(this.ward)),
      ...byColumn(CLOCKS, (_name, { column }) => row?.[column] ?? null),
    };
  }

  private complete(row: Deadlines): EscalationPolicy {
    const inForce = this.inForce(row);
    const clocks = Object.entries(CLOCKS).flatMap(([name, { column, mayBeNever }]) => {
      const given = inForce[column];
      return given === null ? [] : [[name, mayBeNever && given === 0 ? null : given]];
    });
    return { ...byName(LADDER, (_name, { column }) => inForce[column]), ...(Object.fromEntries(clocks) as Partial<EscalationPolicy>) };
  }
}
