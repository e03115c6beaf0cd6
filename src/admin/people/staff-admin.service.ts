import { Injectable } from '@nestjs/common';
import { InjectEntityManager } from '@nestjs/typeorm';
import { And, EntityManager, Equal, In, IsNull, MoreThan } from 'typeorm';
import { z } from 'zod';
import { requireGoodPassword } from '../../identity/sign-in/new-password.js';
import { SignInAttempt } from '../../identity/entities/sign-in-attempt.entity.js';
import { Passwords } from '../../identity/sign-in/passwords.js';
import { usernameHash } from '../../identity/sign-in/sign-in-budgets.js';
import { can } from '../../identity/access/capabilities.js';
import { actorOf, type Role } from '../../identity/access/principal.js';
import { SessionEndings } from '../../identity/sessions/session-endings.js';
import { SessionsService } from '../../identity/sessions/sessions.service.js';
import { notFound } from '../../platform/common/errors.js';
import { newId, newSecret, NIL_ID, uuid } from '../../platform/common/values/ids.js';
import { type Page, readCursor, toPage } from '../../platform/common/values/paging.js';
import { Department } from '../../ward/hospital/entities/department.entity.js';
import { Membership } from '../../ward/hospital/entities/membership.entity.js';
import { Staff } from '../../ward/hospital/entities/staff.entity.js';
import { StaffingEndings } from '../../ward/staffing/shifts/staffing-endings.service.js';
import type { PageQuery, StaffBody, StaffPatch } from '../shared/admin-schemas.js';
import { type Administrator, AuditedChanges } from '../shared/audited-changes.js';
import { lockAdministrators, requireAnother } from '../shared/last-administrator.js';

export interface StaffView {
  id: string;
  username: string;
  name: string;
  role: Role;
  active: boolean;
  departments: string[];
  /** The language that they read; null: the facility's first. */
  language: string | null;
}

export interface MembershipView {
  staff_id: string;
  dept: string;
  since: string;
}

/** People, their passwords, and which departments they belong to. */
@Injectable()
export class StaffAdminService {
  constructor(
    @InjectEntityManager() private readonly manager: EntityManager,
    private readonly changes: AuditedChanges,
    private readonly passwords: Passwords,
    private readonly sessions: SessionsService,
    private readonly endings: SessionEndings,
    private readonly staffing: StaffingEndings,
  ) {}

  async list({ limit, cursor, username }: PageQuery & { username?: string | undefined }): Promise<Page<StaffView>> {
    const after = readCursor(z.string(), cursor) ?? '';
    const rows = await this.manager.find(Staff, {
      where: { username: username === undefined ? MoreThan(after) : And(MoreThan(after), Equal(username)) },
      order: { username: 'ASC' },
      take: limit + 1,
    });
    return toPage(await this.views(rows), limit, (last) => last.username);
  }

  async get(id: string): Promise<StaffView> {
    const found = await this.manager.findOneBy(Staff, { id });
    const [view] = await this.views(found ? [found] : []);
    if (!view) throw notFound('staff');
    return view;
  }

  /** Without a password one is made, and is in the answer this once. */
  async create(
    by: Administrator,
    { username, name, role, password, language = null }: StaffBody,
  ): Promise<StaffView & { password?: string }> {
    const id = newId();
    if (password !== undefined) await requireGoodPassword(password, username, 'password');
    const made = password ?? newSecret(12);
    const hash = await this.passwords.hash({ lane: 'known', key: by.staff.id }, made);
    await this.changes.run(by, { action: 'staff.create', target: `staff:${id}`, detail: { role } }, (tx) =>
      tx.manager.insert(Staff, { id, username, name, role, passwordHash: hash, language, passwordChangeRequired: true, active: true }),
    );
    return { id, username, name, role, active: true, departments: [], language, ...(password === undefined && { password: made }) };
  }

  /**
   * A deactivated person is signed out and off duty at once, and loses their rooms. A role that works no shifts ends theirs, too.
   * @throws DomainError STILL_IN_USE for the last administrator
   */
  async update(by: Administrator, id: string, { name, role, active, language }: StaffPatch): Promise<StaffView> {
    await this.changes.run(
      by,
      { action: 'staff.update', target: `staff:${id}`, detail: { role, active, language } },
      async (tx, directory) => {
        const endsWork = role !== undefined && !can({ role }, 'shift.work');
        if (active === false || endsWork) await this.staffing.goOffDuty(tx, { staffId: id });
        const admins = await lockAdministrators(tx);
        const changed = {
          ...(name !== undefined && { name }),
          ...(role !== undefined && { role }),
          ...(active !== undefined && { active }),
          ...(language !== undefined && { language }),
        };
        const isKnown =
          Object.keys(changed).length === 0
            ? await tx.manager.existsBy(Staff, { id })
            : (await tx.manager.update(Staff, { id }, changed)).affected === 1;
        if (!isKnown) throw notFound('staff');
        const loses = active === false || (role !== undefined && role !== 'admin');
        if (loses) requireAnother(admins, id);
        if (active === false || endsWork) await this.staffing.endOrders(tx, { staffId: id }, actorOf(by.staff));
        if (active === false) {
          await this.sessions.end(tx, { staffId: id }, 'deactivated');
        }
        if (name !== undefined || role !== undefined) await this.staffing.announceOnDuty(tx, id, actorOf(by.staff));
        for (const { dept } of await tx.manager.find(Membership, { where: { staffId: id }, order: { dept: 'ASC' } }))
          directory.changed(dept, 'staff');
        tx.afterCommit(() => {
          this.endings.changed();
        });
      },
    );
    return this.get(id);
  }

  /** Ends all of the person's sessions, and forgets their failed attempts: the new password may be used at once. */
  async resetPassword(by: Administrator, id: string, password: string): Promise<void> {
    await requireGoodPassword(password, (await this.get(id)).username, 'password');
    const hash = await this.passwords.hash({ lane: 'known', key: by.staff.id }, password);
    await this.changes.run(by, { action: 'staff.reset_password', target: `staff:${id}` }, async (tx) => {
      const person = await tx.manager.findOneBy(Staff, { id });
      if (!person) throw notFound('staff');
      await tx.manager.update(Staff, { id }, { passwordHash: hash, passwordChangeRequired: id !== by.staff.id });
      await tx.manager.delete(SignInAttempt, { usernameHash: usernameHash(person.username) });
      await this.sessions.end(tx, { staffId: id }, 'password');
    });
  }

  async listMemberships({
    limit,
    cursor,
    staff_id,
    dept,
  }: PageQuery & { staff_id?: string | undefined; dept?: string | undefined }): Promise<Page<MembershipView>> {
    const [afterStaff, afterDept] = readCursor(z.tuple([uuid, z.string()]), cursor) ?? [NIL_ID, ''];
    const query = this.manager
      .createQueryBuilder(Membership, 'm')
      .select('m.staffId', 'staff_id')
      .addSelect('m.dept', 'dept')
      .addSelect('iso(m.since)', 'since')
      .where('(m.staffId, m.dept) > (:afterStaff, :afterDept)', { afterStaff, afterDept });
    if (staff_id !== undefined) query.andWhere('m.staffId = :staff_id', { staff_id });
    if (dept !== undefined) query.andWhere('m.dept = :dept', { dept });
    const rows = await query
      .orderBy('m.staffId')
      .addOrderBy('m.dept')
      .limit(limit + 1)
      .getRawMany<MembershipView>();
    return toPage(rows, limit, (last) => [last.staff_id, last.dept]);
  }

  addMembership(by: Administrator, staffId: string, dept: string): Promise<MembershipView> {
    return this.changes.run(by, { action: 'membership.create', target: `staff:${staffId}`, detail: { dept } }, async (tx, directory) => {
      const isPossible =
        (await tx.manager.existsBy(Staff, { id: staffId })) && (await tx.manager.existsBy(Department, { id: dept, retiredAt: IsNull() }));
      if (!isPossible) throw notFound('staff or department');
      await tx.manager.insert(Membership, { staffId, dept });
      const { since } = await tx.manager.findOneByOrFail(Membership, { staffId, dept });
      directory.changed(dept, 'staff');
      tx.afterCommit(() => {
        this.endings.changed();
      });
      return { staff_id: staffId, dept, since: since.toISOString() };
    });
  }

  /** Ends the person's shift there, their exclusion and assignments, and what they follow of it. @throws DomainError SHIFT_HAS_CALLS */
  async removeMembership(by: Administrator, staffId: string, dept: string): Promise<void> {
    await this.changes.run(by, { action: 'membership.delete', target: `staff:${staffId}`, detail: { dept } }, async (tx, directory) => {
      await this.staffing.goOffDuty(tx, { staffId, dept });
      if ((await tx.manager.delete(Membership, { staffId, dept })).affected !== 1) throw notFound('membership');
      await this.staffing.endOrders(tx, { staffId, dept }, actorOf(by.staff));
      directory.changed(dept, 'staff');
      tx.afterCommit(() => {
        this.endings.changed();
      });
    });
  }

  /** With the departments that they belong to. */
  private async views(people: readonly Staff[]): Promise<StaffView[]> {
    const rows = await this.manager.find(Membership, { where: { staffId: In(people.map(({ id }) => id)) }, order: { dept: 'ASC' } });
    return people.map(({ id, username, name, role, active, language }) => {
      const departments = rows.filter(({ staffId }) => staffId === id).map(({ dept }) => dept);
      return { id, username, name, role, active, language, departments };
    });
  }
}
