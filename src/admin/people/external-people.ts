import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import { can } from '../../identity/access/capabilities.js';
import type { Role } from '../../identity/access/principal.js';
import { AuditLog } from '../../identity/audit/audit-log.service.js';
import { ExternalIdentityRow } from '../../identity/entities/external-identity-row.entity.js';
import { SessionEndings } from '../../identity/sessions/session-endings.js';
import { DomainError } from '../../platform/common/errors.js';
import { newId } from '../../platform/common/values/ids.js';
import { statement } from '../../platform/database/statement.js';
import type { Transaction } from '../../platform/database/transactions.js';
import { DirectoryChanges } from '../../ward/hospital/directory-changes.js';
import { Department } from '../../ward/hospital/entities/department.entity.js';
import { Membership } from '../../ward/hospital/entities/membership.entity.js';
import { Staff } from '../../ward/hospital/entities/staff.entity.js';
import { type Leaver, StaffingEndings } from '../../ward/staffing/shifts/staffing-endings.service.js';
import { lockAdministrators, requireAnother } from '../shared/last-administrator.js';

/** One sign-in of a person at a time. */
const lock = statement('lock_external_identity', "SELECT pg_advisory_xact_lock(hashtextextended($1 || E'\\n' || $2, 0))");
const find = statement(
  'find_external_identity',
  `SELECT p.id, p.username, p.name, p.role, p.active
   FROM external_identities e JOIN staff p ON p.id = e.staff_id WHERE e.issuer = $1 AND e.subject = $2 FOR UPDATE OF p`,
);
/** Behind the lock of the person, which a membership that is just being made holds up. */
const memberships = statement(
  'memberships_of_external_identity',
  `SELECT m.dept_id AS dept FROM external_identities e JOIN memberships m USING (staff_id) WHERE e.issuer = $1 AND e.subject = $2 ORDER BY dept`,
);
interface Wanted {
  issuer: string;
  subject: string;
  username: string;
  name: string;
  role: Role;
  departments: readonly string[];
}
type Known = Record<string, unknown> & Pick<Wanted, 'username' | 'name' | 'role'> & { id: string; active: boolean };

/** Keeps the people that other systems vouch for as those systems have them. */
@Injectable()
export class ExternalPeople {
  constructor(
    private readonly staffing: StaffingEndings,
    private readonly directory: DirectoryChanges,
    private readonly endings: SessionEndings,
    private readonly audit: AuditLog,
  ) {}

  /** @returns the id of the person, who is as wanted now. @throws DomainError FORBIDDEN, VALIDATION_FAILED, STILL_IN_USE */
  async settle(tx: Transaction, wanted: Wanted, unknownPasswordHash: string): Promise<string> {
    await tx.query(lock, [wanted.issuer, wanted.subject]);
    const who = [wanted.issuer, wanted.subject];
    const [known, before] = await Promise.all([tx.one<Known>(find, who), this.departmentsOf(tx, who)]);
    if (known?.active === false) throw new DomainError('FORBIDDEN', 'this account is closed', { details: { reason: 'deactivated' } });
    const id = known?.id ?? (await this.make(tx, wanted, unknownPasswordHash));
    const isOther = known && (known.username !== wanted.username || known.name !== wanted.name || known.role !== wanted.role);
    if (isOther) await this.change(tx, known, wanted);
    const joined = wanted.departments.filter((dept) => !before.includes(dept));
    const left: string[] = [];
    for (const dept of joined) await this.join(tx, id, dept);
    for (const dept of before.filter((one) => !wanted.departments.includes(one))) if (await this.leave(tx, id, dept)) left.push(dept);
    if (known && !isOther && joined.length === 0 && left.length === 0) return id;
    this.changed(tx, id, wanted, known ? 'staff.update' : 'staff.create', [...new Set([...before, ...joined])]);
    return id;
  }

  private async departmentsOf(tx: Transaction, who: readonly string[]): Promise<string[]> {
    return (await tx.query<{ dept: string }>(memberships, who)).map(({ dept }) => dept);
  }

  private async make(tx: Transaction, { issuer, subject, username, name, role }: Wanted, passwordHash: string): Promise<string> {
    const id = newId();
    await tx.manager.insert(Staff, { id, username, name, role, passwordHash, active: true });
    await tx.manager.insert(ExternalIdentityRow, { issuer, subject, staffId: id });
    return id;
  }

  private async change(tx: Transaction, known: Known, { username, name, role }: Wanted): Promise<void> {
    const loses = known.role === 'admin' && role !== 'admin';
    if (loses) requireAnother(await lockAdministrators(tx), known.id);
    const endsWork = can(known, 'shift.work') && !can({ role }, 'shift.work');
    const isOff = endsWork && (await this.goOffDuty(tx, { staffId: known.id }));
    await tx.manager.update(Staff, { id: known.id }, { username, name, role });
    if (isOff) await this.staffing.endOrders(tx, { staffId: known.id }, 'system');
    await this.staffing.announceOnDuty(tx, known.id, 'system');
  }

  private async join(tx: Transaction, id: string, dept: string): Promise<void> {
    if (!(await tx.manager.existsBy(Department, { id: dept, retiredAt: IsNull() })))
      throw new DomainError('VALIDATION_FAILED', 'no such department', {
        details: { fields: [{ path: 'departments', problem: 'unknown' }] },
      });
    await tx.manager.insert(Membership, { staffId: id, dept });
  }

  /** @returns false where a call in progress keeps the person */
  private async leave(tx: Transaction, id: string, dept: string): Promise<boolean> {
    if (!(await this.goOffDuty(tx, { staffId: id, dept }))) return false;
    await tx.manager.delete(Membership, { staffId: id, dept });
    await this.staffing.endOrders(tx, { staffId: id, dept }, 'system');
    return true;
  }

  /** @returns false where a call in progress keeps the person on duty */
  private async goOffDuty(tx: Transaction, leaver: Leaver): Promise<boolean> {
    try {
      await this.staffing.goOffDuty(tx, leaver);
      return true;
    } catch (error) {
      if (error instanceof DomainError && error.code === 'SHIFT_HAS_CALLS') return false;
      throw error;
    }
  }

  private changed(tx: Transaction, id: string, { issuer, role, departments }: Wanted, action: string, told: readonly string[]): void {
    for (const dept of told) this.directory.announce(tx, dept, 'staff', 'system');
    this.audit.append(tx, { actor: 'system', action, target: `staff:${id}`, result: 'ok', detail: { issuer, role, departments } });
    tx.afterCommit(() => {
      this.endings.changed();
    });
  }
}
