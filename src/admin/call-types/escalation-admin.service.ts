import { Injectable } from '@nestjs/common';
import { DomainError, notFound } from '../../platform/common/errors.js';
import { type Transaction, Transactions } from '../../platform/database/transactions.js';
import { DepartmentTypePolicy } from '../../ward/calls/entities/department-type-policy.entity.js';
import { EscalationPolicyRow } from '../../ward/calls/entities/escalation-policy-row.entity.js';
import { DepartmentPolicies } from '../../ward/calls/policies/department-policies.js';
import { byName, LADDER } from '../../ward/deadlines/deadlines.js';
import { CallType } from '../../ward/hospital/entities/call-type.entity.js';
import { type Administrator, AuditedChanges } from '../shared/audited-changes.js';
import { deadlineColumns, deadlinesOf, type DepartmentDeadlines, type TypeDeadlines } from './deadlines-schema.js';
import { requireDepartment } from '../setup/require-department.js';

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
      await requireDepartment(tx.manager, dept);
      const ladder = byName(LADDER, (_name, { column }) => body[column]);
      await tx.manager.upsert(EscalationPolicyRow, { ...deadlineColumns(body), ...ladder, dept }, ['dept']);
      return this.readDepartment(tx, dept);
    });
  }

  async resetDepartment(by: Administrator, dept: string): Promise<void> {
    await this.changes.run(by, { action: 'escalation.reset', target: `department:${dept}` }, async (tx) => {
      await requireDepartment(tx.manager, dept);
      await tx.manager.delete(EscalationPolicyRow, { dept });
    });
  }

  type(dept: string, type: string) {
    return this.transactions.run((tx) => this.readType(tx, dept, type));
  }

  /** @throws DomainError VALIDATION_FAILED for a row that sets nothing */
  setType(by: Administrator, dept: string, type: string, body: TypeDeadlines) {
    const columns = deadlineColumns(body);
    if (Object.values(columns).every((one) => one === null)) {
      throw new DomainError('VALIDATION_FAILED', 'at least one deadline is needed', {
        details: { fields: [{ path: 'l1_sec', problem: 'missing' }] },
      });
    }
    const detail = { type, ...body };
    return this.changes.run(by, { action: 'escalation.update', target: `department:${dept}`, detail }, async (tx) => {
      await requireDepartment(tx.manager, dept);
      await requireType(tx, type);
      await tx.manager.upsert(DepartmentTypePolicy, { dept, type, ...columns }, ['dept', 'type']);
      return this.readType(tx, dept, type);
    });
  }

  async resetType(by: Administrator, dept: string, type: string): Promise<void> {
    const change = { action: 'escalation.reset', target: `department:${dept}`, detail: { type } };
    await this.changes.run(by, change, async (tx) => {
      await requireDepartment(tx.manager, dept);
      await requireType(tx, type);
      await tx.manager.delete(DepartmentTypePolicy, { dept, type });
    });
  }

  private async readDepartment(tx: Transaction, dept: string) {
    await requireDepartment(tx.manager, dept);
    const row = await tx.manager.findOneBy(EscalationPolicyRow, { dept });
    const types = await tx.manager.find(DepartmentTypePolicy, { where: { dept }, order: { type: 'ASC' } });
    return {
      dept,
      ...this.policies.inForce(row ? deadlinesOf(row) : undefined),
      own: row !== null,
      types: types.map((one) => ({ type: one.type, ...deadlinesOf(one) })),
    };
  }

  private async readType(tx: Transaction, dept: string, type: string) {
    await requireDepartment(tx.manager, dept);
    await requireType(tx, type);
    const row = await this.policies.rowFor(tx, dept, type);
    return { dept, type, ...this.policies.inForce(row), own: await tx.manager.existsBy(DepartmentTypePolicy, { dept, type }) };
  }
}

async function requireType(tx: Transaction, id: string): Promise<void> {
  if (!(await tx.manager.existsBy(CallType, { id }))) throw notFound('call type');
}
