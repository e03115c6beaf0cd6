import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { requireGoodPassword } from '../../identity/sign-in/new-password.js';
import { Passwords } from '../../identity/sign-in/passwords.js';
import { actorOf, type Role } from '../../identity/access/principal.js';
import { SessionEndings } from '../../identity/sessions/session-endings.js';
import { SessionsService } from '../../identity/sessions/sessions.service.js';
import { DomainError, notFound } from '../../platform/common/errors.js';
import { newId, newSecret, NIL_ID, uuid } from '../../platform/common/ids.js';
import { type Page, readCursor, toPage } from '../../platform/common/paging.js';
import { Database } from '../../platform/database/database.js';
import { statement } from '../../platform/database/statement.js';
import { StaffingEndings } from '../../ward/staffing/shifts/staffing-endings.service.js';
import type { PageQuery, StaffBody, StaffPatch } from '../shared/admin-schemas.js';
import { type Administrator, AuditedChanges } from '../shared/audited-changes.js';

const VIEW = `p.id, p.username, p.name, p.role, p.active, p.language,
  ARRAY(SELECT m.dept_id FROM memberships m WHERE m.staff_id = p.id ORDER BY m.dept_id) AS departments`;

const list = statement(
  'list_staff',
  `SELECT ${VIEW} FROM staff p WHERE p.username > $1 AND ($2::text IS NULL OR p.username = $2) ORDER BY p.username LIMIT $3`,
);
const find = statement('find_staff', `SELECT ${VIEW} FROM staff p WHERE p.id = $1`);
const insert = statement(
  'insert_staff',
  'INSERT INTO staff (id, username, name, role, password_hash, language, password_change_required) VALUES ($1, $2, $3, $4, $5, $6, true)',
);
const update = statement(
  'update_staff',
  `UPDATE staff SET name = coalesce($2, name), role = coalesce($3, role), active = coalesce($4, active),
     language = CASE WHEN $5 THEN $6 ELSE language END
   WHERE id = $1 RETURNING ARRAY(SELECT m.dept_id FROM memberships m WHERE m.staff_id = $1) AS departments`,
);
const countAdmins = statement('count_admins', `SELECT id FROM staff WHERE role = 'admin' AND active ORDER BY id FOR UPDATE`);
const setPassword = statement(
  'reset_password',
  `WITH reset AS (UPDATE staff SET password_hash = $2, password_change_required = $3 WHERE id = $1 RETURNING id, username),
     forgotten AS (DELETE FROM sign_in_attempts a USING reset r WHERE a.username_hash = sha256(convert_to(r.username, 'UTF8')))
   SELECT id FROM reset`,
);
const listMemberships = statement(
  'list_memberships',
  `SELECT m.staff_id, m.dept_id AS dept, iso(m.since) AS since FROM memberships m
   WHERE (m.staff_id, m.dept_id) > ($1::uuid, $2::text) AND ($3::uuid IS NULL OR m.staff_id = $3) AND ($4::text IS NULL OR m.dept_id = $4)
   ORDER BY m.staff_id, m.dept_id LIMIT $5`,
);
const insertMembership = statement(
  'insert_membership',
  `INSERT INTO memberships (staff_id, dept_id) SELECT p.id, d.id FROM staff p, departments d
   WHERE p.id = $1 AND d.id = $2 AND d.retired_at IS NULL RETURNING iso(since) AS since`,
);
const deleteMembership = statement('delete_membership', 'DELETE FROM memberships WHERE staff_id = $1 AND dept_id = $2 RETURNING dept_id');

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
    private readonly database: Database,
    private readonly changes: AuditedChanges,
    private readonly passwords: Passwords,
    private readonly sessions: SessionsService,
    private readonly endings: SessionEndings,
    private readonly staffing: StaffingEndings,
  ) {}

  async list({ limit, cursor, username }: PageQuery & { username?: string | undefined }): Promise<Page<StaffView>> {
    const after = readCursor(z.string(), cursor) ?? '';
    const rows = await this.database.query<StaffView & Record<string, unknown>>(list, [after, username ?? null, limit + 1]);
    return toPage<StaffView>(rows, limit, (last) => last.username);
  }

  async get(id: string): Promise<StaffView> {
    const [row] = await this.database.query<StaffView & Record<string, unknown>>(find, [id]);
    if (!row) throw notFound('staff');
    return row;
  }

  /** Without a password one is made, and is in the answer this once. */
  async create(
    by: Administrator,
    { username, name, role, password, language = null }: StaffBody,
  ): Promise<StaffView & { password?: string }> {
    const id = newId();
    if (password !== undefined) requireGoodPassword(password, username, 'password');
    const made = password ?? newSecret(12);
    const hash = await this.passwords.hash({ lane: 'known', key: by.staff.id }, made);
    await this.changes.run(by, { action: 'staff.create', target: `staff:${id}`, detail: { role } }, (tx) =>
      tx.query(insert, [id, username, name, role, hash, language]),
    );
    return { id, username, name, role, active: true, departments: [], language, ...(password === undefined && { password: made }) };
  }

  /** Who is deactivated is signed out and off duty at once, and assigned to no room. @throws DomainError STILL_IN_USE for the last administrator */
  async update(by: Administrator, id: string, { name, role, active, language }: StaffPatch): Promise<StaffView> {
    await this.changes.run(
      by,
      { action: 'staff.update', target: `staff:${id}`, detail: { role, active, language } },
      async (tx, directory) => {
        if (active === false) await this.staffing.goOffDuty(tx, { staffId: id });
        const admins = await tx.query<{ id: string }>(countAdmins);
        const values = [id, name ?? null, role ?? null, active ?? null, language !== undefined, language ?? null];
        const updated = await tx.one<{ departments: string[] }>(update, values);
        if (!updated) throw notFound('staff');
        const loses = active === false || (role !== undefined && role !== 'admin');
        if (loses && admins.length === 1 && admins[0]?.id === id) throw new DomainError('STILL_IN_USE', 'the last administrator stays one');
        if (active === false) {
          await this.staffing.endOrders(tx, { staffId: id }, actorOf(by.staff));
          await this.sessions.end(tx, { staffId: id }, 'deactivated');
        }
        if (name !== undefined || role !== undefined) await this.staffing.announceOnDuty(tx, id, actorOf(by.staff));
        for (const dept of updated.departments) directory.changed(dept, 'staff');
        tx.afterCommit(() => {
          this.endings.changed();
        });
      },
    );
    return this.get(id);
  }

  /** Ends all of the person's sessions. Who had tried the old one too often may try the new one at once. */
  async resetPassword(by: Administrator, id: string, password: string): Promise<void> {
    requireGoodPassword(password, (await this.get(id)).username, 'password');
    const hash = await this.passwords.hash({ lane: 'known', key: by.staff.id }, password);
    await this.changes.run(by, { action: 'staff.reset_password', target: `staff:${id}` }, async (tx) => {
      if (!(await tx.one(setPassword, [id, hash, id !== by.staff.id]))) throw notFound('staff');
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
    const values = [afterStaff, afterDept, staff_id ?? null, dept ?? null, limit + 1];
    const rows = await this.database.query<MembershipView & Record<string, unknown>>(listMemberships, values);
    return toPage<MembershipView>(rows, limit, (last) => [last.staff_id, last.dept]);
  }

  addMembership(by: Administrator, staffId: string, dept: string): Promise<MembershipView> {
    return this.changes.run(by, { action: 'membership.create', target: `staff:${staffId}`, detail: { dept } }, async (tx, directory) => {
      const row = await tx.one<{ since: string }>(insertMembership, [staffId, dept]);
      if (!row) throw notFound('staff or department');
      directory.changed(dept, 'staff');
      tx.afterCommit(() => {
        this.endings.changed();
      });
      return { staff_id: staffId, dept, since: row.since };
    });
  }

  /** Ends the person's shift there, their exclusion and assignments, and what they follow of it. @throws DomainError SHIFT_HAS_CALLS */
  async removeMembership(by: Administrator, staffId: string, dept: string): Promise<void> {
    await this.changes.run(by, { action: 'membership.delete', target: `staff:${staffId}`, detail: { dept } }, async (tx, directory) => {
      await this.staffing.goOffDuty(tx, { staffId, dept });
      if (!(await tx.one(deleteMembership, [staffId, dept]))) throw notFound('membership');
      await this.staffing.endOrders(tx, { staffId, dept }, actorOf(by.staff));
      directory.changed(dept, 'staff');
      tx.afterCommit(() => {
        this.endings.changed();
      });
    });
  }
}
