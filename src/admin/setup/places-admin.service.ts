import { Injectable } from '@nestjs/common';
import { InjectEntityManager } from '@nestjs/typeorm';
import { EntityManager, type EntityTarget, type FindOptionsWhere, In, IsNull, MoreThan, type UpdateResult } from 'typeorm';
import { z } from 'zod';
import { actorOf } from '../../identity/access/principal.js';
import { DomainError, notFound } from '../../platform/common/errors.js';
import { type Page, readCursor, toPage } from '../../platform/common/values/paging.js';
import { OPEN_STATES } from '../../ward/calls/call.js';
import { CallRow } from '../../ward/calls/entities/call-row.entity.js';
import { Bed } from '../../ward/hospital/entities/bed.entity.js';
import { Department } from '../../ward/hospital/entities/department.entity.js';
import { Room } from '../../ward/hospital/entities/room.entity.js';
import { Station } from '../../ward/hospital/entities/station.entity.js';
import { StaffingEndings } from '../../ward/staffing/shifts/staffing-endings.service.js';
import type { PageQuery } from '../shared/admin-schemas.js';
import { type Administrator, AuditedChanges } from '../shared/audited-changes.js';
import { requireDepartment } from './require-department.js';

const inUse = { retiredAt: IsNull() };
/** By the database's clock. */
const retired = { retiredAt: () => 'app_now()' };

export interface PlaceView {
  id: string;
  name: string;
}

/** Departments, rooms and beds. A place that goes is retired: its id stays taken. */
@Injectable()
export class PlacesAdminService {
  constructor(
    private readonly changes: AuditedChanges,
    private readonly staffing: StaffingEndings,
    @InjectEntityManager() private readonly manager: EntityManager,
  ) {}

  async listDepartments({ limit, cursor }: PageQuery): Promise<Page<PlaceView>> {
    const rows = await this.manager.find(Department, {
      where: { id: MoreThan(after(cursor)), ...inUse },
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
    const found = await this.manager.findOneBy(Department, { id, ...inUse });
    if (!found) throw notFound('department');
    return { id, name: found.name };
  }

  async createDepartment(by: Administrator, { id, name }: PlaceView): Promise<PlaceView> {
    return this.changes.run(by, { action: 'department.create', target: `department:${id}` }, async (tx) => {
      await tx.manager.insert(Department, { id, name });
      return { id, name };
    });
  }

  async renameDepartment(by: Administrator, id: string, name: string): Promise<PlaceView> {
    return this.changes.run(by, { action: 'department.rename', target: `department:${id}` }, async (tx, directory) => {
      requireRow(await tx.manager.update(Department, { id, ...inUse }, { name }), 'department');
      directory.changed(id, 'department');
      return { id, name };
    });
  }

  async retireDepartment(by: Administrator, id: string): Promise<void> {
    await this.changes.run(by, { action: 'department.retire', target: `department:${id}` }, async (tx, directory) => {
      await lock(tx.manager, Department, id);
      requireRow(await tx.manager.update(Department, { id, ...inUse }, retired), 'department');
      await requireIdle(tx.manager, 'department', { dept: id }, { room: { dept: id } });
      directory.changed(id, 'department');
    });
  }

  async listRooms(dept: string, { limit, cursor }: PageQuery): Promise<Page<PlaceView & { dept: string }>> {
    await requireDepartment(this.manager, dept);
    const rows = await this.manager.find(Room, {
      where: { dept, id: MoreThan(after(cursor)), ...inUse },
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
    const found = await this.manager.findOneBy(Room, { id, dept, ...inUse });
    if (!found) throw notFound('room');
    return { id, dept, name: found.name };
  }

  async createRoom(by: Administrator, dept: string, { id, name }: PlaceView): Promise<PlaceView & { dept: string }> {
    return this.changes.run(by, { action: 'room.create', target: `room:${id}` }, async (tx, directory) => {
      await requireDepartment(tx.manager, dept);
      await tx.manager.insert(Room, { id, dept, name });
      directory.changed(dept, 'rooms');
      return { id, dept, name };
    });
  }

  async renameRoom(by: Administrator, dept: string, id: string, name: string): Promise<PlaceView & { dept: string }> {
    return this.changes.run(by, { action: 'room.rename', target: `room:${id}` }, async (tx, directory) => {
      requireRow(await tx.manager.update(Room, { id, dept, ...inUse }, { name }), 'room');
      directory.changed(dept, 'rooms');
      return { id, dept, name };
    });
  }

  async retireRoom(by: Administrator, dept: string, id: string): Promise<void> {
    await this.changes.run(by, { action: 'room.retire', target: `room:${id}` }, async (tx, directory) => {
      await lock(tx.manager, Room, id);
      requireRow(await tx.manager.update(Room, { id, dept, ...inUse }, retired), 'room');
      await requireIdle(tx.manager, 'room', { roomId: id }, { roomId: id });
      await this.staffing.endRoom(tx, id, dept, actorOf(by.staff));
      directory.changed(dept, 'rooms');
    });
  }

  async listBeds(dept: string, { limit, cursor }: PageQuery): Promise<Page<PlaceView & { room_id: string }>> {
    await requireDepartment(this.manager, dept);
    const rows = await this.manager.find(Bed, {
      where: { room: { dept }, id: MoreThan(after(cursor)), ...inUse },
      order: { id: 'ASC' },
      take: limit + 1,
    });
    return toPage(
      rows.map(({ id, roomId, name }) => ({ id, room_id: roomId, name })),
      limit,
      (last) => last.id,
    );
  }

  async bed(dept: string, id: string): Promise<PlaceView & { room_id: string }> {
    const found = await this.manager.findOneBy(Bed, { id, room: { dept }, ...inUse });
    if (!found) throw notFound('bed');
    return { id, room_id: found.roomId, name: found.name };
  }

  async createBed(by: Administrator, dept: string, bed: PlaceView & { room_id: string }): Promise<PlaceView & { room_id: string }> {
    return this.changes.run(by, { action: 'bed.create', target: `bed:${bed.id}` }, async (tx, directory) => {
      if (!(await tx.manager.existsBy(Room, { id: bed.room_id, dept, ...inUse }))) throw notFound('room');
      await tx.manager.insert(Bed, { id: bed.id, roomId: bed.room_id, name: bed.name });
      directory.changed(dept, 'beds');
      return bed;
    });
  }

  async renameBed(by: Administrator, dept: string, id: string, name: string): Promise<PlaceView & { room_id: string }> {
    return this.changes.run(by, { action: 'bed.rename', target: `bed:${id}` }, async (tx, directory) => {
      const bed = await tx.manager.findOneBy(Bed, { id, room: { dept }, ...inUse });
      if (!bed) throw notFound('bed');
      requireRow(await tx.manager.update(Bed, { id, ...inUse }, { name }), 'bed');
      directory.changed(dept, 'beds');
      return { id, room_id: bed.roomId, name };
    });
  }

  async retireBed(by: Administrator, dept: string, id: string): Promise<void> {
    await this.changes.run(by, { action: 'bed.retire', target: `bed:${id}` }, async (tx, directory) => {
      if (!(await tx.manager.existsBy(Bed, { id, room: { dept } }))) throw notFound('bed');
      await lock(tx.manager, Bed, id);
      requireRow(await tx.manager.update(Bed, { id, ...inUse }, retired), 'bed');
      await requireIdle(tx.manager, 'bed', { bedId: id }, { bedId: id });
      directory.changed(dept, 'beds');
    });
  }
}

function after(cursor: string | undefined): string {
  return readCursor(z.string(), cursor) ?? '';
}

/** Waits for calls that are being placed there, whose rows refer to it; those that come later wait for the end of this. */
async function lock(manager: EntityManager, place: EntityTarget<{ id: string }>, id: string): Promise<void> {
  await manager.findOne(place, { where: { id }, lock: { mode: 'pessimistic_write' } });
}

function requireRow({ affected }: UpdateResult, what: string): void {
  if (affected !== 1) throw notFound(what);
}

/** @throws DomainError STILL_IN_USE for a place with open calls or stations */
async function requireIdle(
  manager: EntityManager,
  what: string,
  calls: FindOptionsWhere<CallRow>,
  stations: FindOptionsWhere<Station>,
): Promise<void> {
  const isBusy =
    (await manager.existsBy(CallRow, { ...calls, state: In(OPEN_STATES) })) || (await manager.existsBy(Station, { ...stations, ...inUse }));
  if (isBusy) throw new DomainError('STILL_IN_USE', `the ${what} has open calls or stations`);
}
