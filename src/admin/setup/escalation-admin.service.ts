import { Injectable } from '@nestjs/common';
import { DomainError, notFound } from '../../platform/common/errors.js';
import { statement } from '../../platform/database/statement.js';
import { type Transaction, Transactions } from '../../platform/database/transactions.js';
import { DEADLINE_COLUMNS, DepartmentPolicies } from '../../ward/calls/policies/department-policies.js';
import { type Administrator, AuditedChanges } from '../shared/audited-changes.js';
import { type DepartmentDeadlines, deadlineValues, type TypeDeadlines } from './deadlines-schema.js';

const COLUMNS = DEADLINE_COLUMNS.join(', ');
const EXCLUDED = DEADLINE_COLUMNS.map((column) => `${column} = excluded.${column}`).join(', ');

const requireDepartment = statement('department_in_use', 'SELECT id FROM departments WHERE id = $1 AND retired_at IS NULL');
const readDepartment = statement('read_department_policy', `SELECT ${COLUMNS} FROM escalation_policies WHERE dept_id = $1`);
const readTypes = statement('read_type_policies', `SELECT type, ${COLUMNS} FROM department_type_policies WHERE dept_id = $1 ORDER BY type`);
const requireType = statement('type_in_use', 'SELECT id FROM call_types WHERE id = $1');
const isOverridden = statement('is_type_overridden', 'SELECT true AS own FROM department_type_policies WHERE dept_id = $1 AND type = $2');
const writeDepartment = statement(
  'write_department_policy',
  `INSERT INTO escalation_policies (dept_id, ${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (dept_id) DO UPDATE SET ${EXCLUDED}`,
);
const writeType = statement(
  'write_type_policy',
  `INSERT INTO department_type_policies (dept_id, type, ${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
   ON CONFLICT (dept_id, type) DO UPDATE SET ${EXCLUDED}`,
);
const removeDepartment = statement('remove_department_policy', 'DELETE FROM escalation_policies WHERE dept_id = $1');
const removeType = statement('remove_type_policy', 'DELETE FROM department_type_policies WHERE dept_id = $1 AND type = $2');

/** Deadlines as they are written; null: the next one in line decides. */
type Row = Record<(typeof DEADLINE_COLUMNS)[number], number | null>;

/** The deadlines that departments set, and those that hold where they set none. */
@Injectable()
export class EscalationAdminService {
  constructor(
    private readonly transactions: Transactions,
    private readonly changes: AuditedChanges,
    private readonly policies: DepartmentPolicies,
  ) {}

  department(dept: string) {
    return this.transactions.run((tx) => this.readDepartment(tx, dept));
  }

  setDepartment(by: Administrator, dept: string, body: DepartmentDeadlines) {
    return this.changes.run(by, { action: 'escalation.update', target: `department:${dept}`, detail: body }, async (tx) => {
      await this.requireDepartment(tx, dept);
      await tx.query(writeDepartment, [dept, ...deadlineValues(body)]);
      return this.readDepartment(tx, dept);
    });
  }

  async resetDepartment(by: Administrator, dept: string): Promise<void> {
    await this.changes.run(by, { action: 'escalation.reset', target: `department:${dept}` }, async (tx) => {
      await this.requireDepartment(tx, dept);
      await tx.query(removeDepartment, [dept]);
    });
  }

  type(dept: string, type: string) {
    return this.transactions.run((tx) => this.readType(tx, dept, type));
  }

  /** @throws DomainError VALIDATION_FAILED for a row that sets nothing */
  setType(by: Administrator, dept: string, type: string, body: TypeDeadlines) {
    const values = deadlineValues(body);
    if (values.every((one) => one === null)) {
      throw new DomainError('VALIDATION_FAILED', 'at least one deadline is needed', {
        details: { fields: [{ path: 'l1_sec', problem: 'missing' }] },
      });
    }
    const detail = { type, ...body };
    return this.changes.run(by, { action: 'escalation.update', target: `department:${dept}`, detail }, async (tx) => {
      await this.requireDepartment(tx, dept);
      if (!(await tx.one(requireType, [type]))) throw notFound('call type');
      await tx.query(writeType, [dept, type, ...values]);
      return this.readType(tx, dept, type);
    });
  }

  async resetType(by: Administrator, dept: string, type: string): Promise<void> {
    const change = { action: 'escalation.reset', target: `department:${dept}`, detail: { type } };
    await this.changes.run(by, change, async (tx) => {
      await this.requireDepartment(tx, dept);
      if (!(await tx.one(requireType, [type]))) throw notFound('call type');
      await tx.query(removeType, [dept, type]);
    });
  }

  private async readDepartment(tx: Transaction, dept: string) {
    await this.requireDepartment(tx, dept);
    const row = await tx.one<Row>(readDepartment, [dept]);
    const types = await tx.query<Row & { type: string }>(readTypes, [dept]);
    return { dept, ...this.view(row), own: row !== undefined, types };
  }

  private async readType(tx: Transaction, dept: string, type: string) {
    await this.requireDepartment(tx, dept);
    if (!(await tx.one(requireType, [type]))) throw notFound('call type');
    const row = await this.policies.rowFor(tx, dept, type);
    return { dept, type, ...this.view(row), own: (await tx.one(isOverridden, [dept, type])) !== undefined };
  }

  private view(row: Row | undefined) {
    const { l1Sec, l2Sec, l3Sec, repeatSec } = this.policies.complete(row);
    const { presence_sec = null, attendance_sec = null } = row ?? {};
    return { l1_sec: l1Sec, l2_sec: l2Sec, l3_sec: l3Sec, repeat_sec: repeatSec, presence_sec, attendance_sec };
  }

  private async requireDepartment(tx: Transaction, dept: string): Promise<void> {
    if (!(await tx.one(requireDepartment, [dept]))) throw notFound('department');
  }
}
