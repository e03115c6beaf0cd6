import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, MoreThan, Repository } from 'typeorm';
import { z } from 'zod';
import { actorOf } from '../../identity/access/principal.js';
import { DomainError, notFound } from '../../platform/common/errors.js';
import { type Page, readCursor, toPage } from '../../platform/common/paging.js';
import { statement } from '../../platform/database/statement.js';
import { Bed } from '../../ward/hospital/entities/bed.entity.js';
import { Department } from '../../ward/hospital/entities/department.entity.js';
import { Room } from '../../ward/hospital/entities/room.entity.js';
import { StaffingEndings } from '../../ward/staffing/shifts/staffing-endings.service.js';
import type { PageQuery } from '../shared/admin-schemas.js';
import { type Administrator, AuditedChanges } from '../shared/audited-changes.js';

const OPEN = `state IN ('pending', 'accepted', 'in_progress')`;

const insertDepartment = statement('insert_department', 'INSERT INTO departments (id, name) VALUES ($1, $2)');
const renameDepartment = statement(
  'rename_department',
  'UPDATE departments SET name = $2 WHERE id = $1 AND retired_at IS NULL RETURNING id',
);
const retireDepartment = statement(
  'retire_department',
  `UPDATE departments SET retired_at = app_now() WHERE id = $1 AND retired_at IS NULL RETURNING EXISTS (SELECT FROM calls WHERE dept_id = $1 AND ${OPEN})
     OR EXISTS (SELECT FROM stations s JOIN rooms r ON r.id = s.room_id WHERE r.dept_id = $1 AND s.retired_at IS NULL) AS busy`,
);
const insertRoom = statement(
  'insert_room',
  'INSERT INTO rooms (id, dept_id, name) SELECT $1, d.id, $3 FROM departments d WHERE d.id = $2 AND d.retired_at IS NULL RETURNING id',
);
const renameRoom = statement(
  'rename_room',
  'UPDATE rooms SET name = $3 WHERE id = $1 AND dept_id = $2 AND retired_at IS NULL RETURNING id',
);
const retireRoom = statement(
  'retire_room',
  `UPDATE rooms SET retired_at = app_now() WHERE id = $1 AND dept_id = $2 AND retired_at IS NULL
   RETURNING EXISTS (SELECT FROM calls WHERE room_id = $1 AND ${OPEN}) OR EXISTS (SELECT FROM stations WHERE room_id = $1 AND retired_at IS NULL) AS busy`,
);
const insertBed = statement(
  'insert_bed',
  'INSERT INTO beds (id, room_id, name) SELECT $1, r.id, $4 FROM rooms r WHERE r.id = $2 AND r.dept_id = $3 AND r.retired_at IS NULL RETURNING id',
);
const renameBed = statement(
  'rename_bed',
  `UPDATE beds SET name = $3 WHERE id = $1 AND retired_at IS NULL AND room_id IN (SELECT id FROM rooms WHERE dept_id = $2) RETURNING room_id`,
);
const retireBed = statement(
  'retire_bed',
  `UPDATE beds SET retired_at = app_now() WHERE id = $1 AND retired_at IS NULL AND room_id IN (SELECT id FROM rooms WHERE dept_id = $2)
   RETURNING EXISTS (SELECT FROM calls WHERE bed_id = $1 AND ${OPEN}) OR EXISTS (SELECT FROM stations WHERE bed_id = $1 AND retired_at IS NULL) AS busy`,
);

export interface PlaceView {
  id: string;
  name: string;
}

/** Departments, rooms and beds. What goes is retired: its id stays taken. */
@Injectable()
export class PlacesAdminService {
  constructor(
    private readonly changes: AuditedChanges,
    private readonly staffing: StaffingEndings,
    @InjectRepository(Department) private readonly departments: Repository<Department>,
    @InjectRepository(Room) private readonly rooms: Repository<Room>,
    @InjectRepository(Bed) private readonly beds: Repository<Bed>,
  ) {}

  async listDepartments({ limit, cursor }: PageQuery): Promise<Page<PlaceView>> {
    const rows = await this.departments.find({
      where: { id: MoreThan(after(cursor)), retiredAt: IsNull() },
      order: { id: 'ASC' },
      take: limit + 1,
    });
    return toPage(
      rows.map(({ id, name }) => ({ id, name })),
      limit,
      (last) => last.id,
    );
  }

  async department(id: string): Promise<PlaceView> {
    const found = await this.departments.findOneBy({ id, retiredAt: IsNull() });
    if (!found) throw notFound('department');
    return { id, name: found.name };
  }

  async createDepartment(by: Administrator, { id, name }: PlaceView): Promise<PlaceView> {
    return this.changes.run(by, { action: 'department.create', target: `department:${id}` }, async (tx) => {
      await tx.query(insertDepartment, [id, name]);
      return { id, name };
    });
  }

  async renameDepartment(by: Administrator, id: string, name: string): Promise<PlaceView> {
    return this.changes.run(by, { action: 'department.rename', target: `department:${id}` }, async (tx, directory) => {
      if (!(await tx.one(renameDepartment, [id, name]))) throw notFound('department');
      directory.changed(id, 'department');
      return { id, name };
    });
  }

  async retireDepartment(by: Administrator, id: string): Promise<void> {
    await this.changes.run(by, { action: 'department.retire', target: `department:${id}` }, async (tx, directory) => {
      requireIdle(await tx.one<{ busy: boolean }>(retireDepartment, [id]), 'department');
      directory.changed(id, 'department');
    });
  }

  async listRooms(dept: string, { limit, cursor }: PageQuery): Promise<Page<PlaceView & { dept: string }>> {
    await this.requireDepartment(dept);
    const rows = await this.rooms.find({
      where: { dept, id: MoreThan(after(cursor)), retiredAt: IsNull() },
      order: { id: 'ASC' },
      take: limit + 1,
    });
    return toPage(
      rows.map(({ id, name }) => ({ id, dept, name })),
      limit,
      (last) => last.id,
    );
  }

  async room(dept: string, id: string): Promise<PlaceView & { dept: string }> {
    const found = await this.rooms.findOneBy({ id, dept, retiredAt: IsNull() });
    if (!found) throw notFound('room');
    return { id, dept, name: found.name };
  }

  async createRoom(by: Administrator, dept: string, { id, name }: PlaceView): Promise<PlaceView & { dept: string }> {
    return this.changes.run(by, { action: 'room.create', target: `room:${id}` }, async (tx, directory) => {
      if (!(await tx.one(insertRoom, [id, dept, name]))) throw notFound('department');
      directory.changed(dept, 'rooms');
      return { id, dept, name };
    });
  }

  async renameRoom(by: Administrator, dept: string, id: string, name: string): Promise<PlaceView & { dept: string }> {
    return this.changes.run(by, { action: 'room.rename', target: `room:${id}` }, async (tx, directory) => {
      if (!(await tx.one(renameRoom, [id, dept, name]))) throw notFound('room');
      directory.changed(dept, 'rooms');
      return { id, dept, name };
    });
  }

  async retireRoom(by: Administrator, dept: string, id: string): Promise<void> {
    await this.changes.run(by, { action: 'room.retire', target: `room:${id}` }, async (tx, directory) => {
      requireIdle(await tx.one<{ busy: boolean }>(retireRoom, [id, dept]), 'room');
      await this.staffing.endRoom(tx, id, dept, actorOf(by.staff));
      directory.changed(dept, 'rooms');
    });
  }

  async listBeds(dept: string, { limit, cursor }: PageQuery): Promise<Page<PlaceView & { room_id: string }>> {
    await this.requireDepartment(dept);
    const rows = await this.beds
      .createQueryBuilder('b')
      .innerJoin(Room, 'r', 'r.id = b.roomId AND r.dept = :dept', { dept })
      .where('b.id > :after AND b.retiredAt IS NULL', { after: after(cursor) })
      .orderBy('b.id')
      .take(limit + 1)
      .getMany();
    return toPage(
      rows.map(({ id, roomId, name }) => ({ id, room_id: roomId, name })),
      limit,
      (last) => last.id,
    );
  }

  async bed(dept: string, id: string): Promise<PlaceView & { room_id: string }> {
    const found = await this.beds.findOneBy({ id, retiredAt: IsNull() });
    if (!found || !(await this.rooms.existsBy({ id: found.roomId, dept }))) throw notFound('bed');
    return { id, room_id: found.roomId, name: found.name };
  }

  async createBed(by: Administrator, dept: string, bed: PlaceView & { room_id: string }): Promise<PlaceView & { room_id: string }> {
    return this.changes.run(by, { action: 'bed.create', target: `bed:${bed.id}` }, async (tx, directory) => {
      if (!(await tx.one(insertBed, [bed.id, bed.room_id, dept, bed.name]))) throw notFound('room');
      directory.changed(dept, 'beds');
      return bed;
    });
  }

  async renameBed(by: Administrator, dept: string, id: string, name: string): Promise<PlaceView & { room_id: string }> {
    return this.changes.run(by, { action: 'bed.rename', target: `bed:${id}` }, async (tx, directory) => {
      const renamed = await tx.one<{ room_id: string }>(renameBed, [id, dept, name]);
      if (!renamed) throw notFound('bed');
      directory.changed(dept, 'beds');
      return { id, room_id: renamed.room_id, name };
    });
  }

  async retireBed(by: Administrator, dept: string, id: string): Promise<void> {
    await this.changes.run(by, { action: 'bed.retire', target: `bed:${id}` }, async (tx, directory) => {
      requireIdle(await tx.one<{ busy: boolean }>(retireBed, [id, dept]), 'bed');
      directory.changed(dept, 'beds');
    });
  }

  private async requireDepartment(id: string): Promise<void> {
    if (!(await this.departments.existsBy({ id, retiredAt: IsNull() }))) throw notFound('department');
  }
}

function after(cursor: string | undefined): string {
  return readCursor(z.string(), cursor) ?? '';
}

function requireIdle(retired: { busy: boolean } | undefined, what: string): void {
  if (!retired) throw notFound(what);
  if (retired.busy) throw new DomainError('STILL_IN_USE', `the ${what} has open calls or stations`);
}
