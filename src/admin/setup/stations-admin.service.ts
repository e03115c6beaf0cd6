import { Injectable } from '@nestjs/common';
import { InjectEntityManager } from '@nestjs/typeorm';
import { EntityManager, In, IsNull, type SelectQueryBuilder } from 'typeorm';
import { z } from 'zod';
import { SessionEndings } from '../../identity/sessions/session-endings.js';
import { DomainError, notFound } from '../../platform/common/errors.js';
import { type Page, readCursor, toPage } from '../../platform/common/values/paging.js';
import { statement } from '../../platform/database/statement.js';
import type { Transaction } from '../../platform/database/transactions.js';
import { stationTypes } from '../../ward/stations/station-types.js';
import { CallType } from '../../ward/hospital/entities/call-type.entity.js';
import { HELD_PLACE } from '../../ward/calls/call-place.js';
import { Station, type StationKind } from '../../ward/hospital/entities/station.entity.js';
import { StationsService } from '../../ward/stations/stations.service.js';
import { newStationKey, stationKeyHash } from '../../ward/stations/station-keys.js';
import type { PageQuery, StationBody, StationPatch } from '../shared/admin-schemas.js';
import { type Administrator, AuditedChanges } from '../shared/audited-changes.js';
import { IS_OPEN } from '../../ward/calls/call.js';

/** Presses hold the row until they are committed: after this, each call that the station has placed is seen. */
const lock = statement(
  'lock_station',
  `SELECT s.room_id, s.bed_id, s.kind, s.name, s.types, r.dept_id AS dept FROM stations s JOIN rooms r ON r.id = s.room_id
   WHERE s.id = $1 AND s.retired_at IS NULL FOR UPDATE OF s`,
);
const hasOpenCall = statement(
  'station_has_open_call',
  `SELECT EXISTS (SELECT FROM calls c WHERE $1 = ANY(c.station_ids) AND ${IS_OPEN}) AS busy`,
);
const holdPlace = statement('hold_place_of_station', HELD_PLACE);
const inUse = { retiredAt: IsNull() };

export interface StationAdminView {
  id: string;
  dept: string;
  room_id: string;
  bed_id: string | null;
  kind: StationKind;
  name: string;
  /** The types of call that it may raise. */
  types: string[];
  /** True when the types were set for this station; otherwise they follow from its kind. */
  own_types: boolean;
  last_seen_at: string | null;
}

/** A station's row, locked. */
interface LockedStation extends Record<string, unknown> {
  room_id: string;
  bed_id: string | null;
  kind: StationKind;
  name: string;
  types: string[] | null;
  dept: string;
}

/** Stations and their keys. A key is shown once, when it is made. */
@Injectable()
export class StationsAdminService {
  constructor(
    @InjectEntityManager() private readonly manager: EntityManager,
    private readonly changes: AuditedChanges,
    private readonly endings: SessionEndings,
    private readonly stations: StationsService,
  ) {}

  async list({ limit, cursor, dept }: PageQuery & { dept?: string | undefined }): Promise<Page<StationAdminView>> {
    const query = stations(this.manager).andWhere('s.id > :after', { after: readCursor(z.string(), cursor) ?? '' });
    if (dept !== undefined) query.andWhere('r.dept = :dept', { dept });
    return toPage(
      await query
        .orderBy('s.id')
        .limit(limit + 1)
        .getRawMany<StationAdminView>(),
      limit,
      (last) => last.id,
    );
  }

  get(id: string): Promise<StationAdminView> {
    return read(this.manager, id);
  }

  create(by: Administrator, body: StationBody): Promise<StationAdminView & { key: string }> {
    const { id, room_id, bed_id, kind, name, types } = body;
    const key = newStationKey();
    return this.changes.run(by, { action: 'station.create', target: `station:${id}`, detail: body }, async (tx, directory) => {
      await this.requireTypes(tx, types);
      await this.requirePlace(tx, room_id, bed_id ?? null);
      await tx.manager.insert(Station, {
        ...{ id, roomId: room_id, bedId: bed_id ?? null, kind, name: name ?? id },
        ...{ keyHash: stationKeyHash(key), types: types ?? null },
      });
      const row = await read(tx.manager, id);
      directory.changed(row.dept, 'stations');
      return { ...row, key };
    });
  }

  /**
   * Renames it, moves it to another room or bed, changes its kind or what it may raise. It keeps its key. Without a bed of its own choice a
   * station that moves to another room has none.
   * @throws DomainError STILL_IN_USE for a move while a call of its own is open
   */
  update(by: Administrator, id: string, patch: StationPatch): Promise<StationAdminView> {
    return this.changes.run(by, { action: 'station.update', target: `station:${id}`, detail: patch }, async (tx, directory) => {
      const before = await tx.one<LockedStation>(lock, [id]);
      if (!before) throw notFound('station');
      await this.requireTypes(tx, patch.types);
      const roomId = patch.room_id ?? before.room_id;
      const bedId = patch.bed_id === undefined ? (roomId === before.room_id ? before.bed_id : null) : patch.bed_id;
      if (roomId !== before.room_id || bedId !== before.bed_id) {
        if ((await tx.one<{ busy: boolean }>(hasOpenCall, [id]))?.busy)
          throw new DomainError('STILL_IN_USE', 'a call of the station is open');
      }
      await this.requirePlace(tx, roomId, bedId);
      const { kind = before.kind, name = before.name, types = before.types } = patch;
      await tx.manager.update(Station, { id }, { roomId, bedId, kind, name, types });
      const after = await read(tx.manager, id);
      for (const dept of new Set([before.dept, after.dept])) directory.changed(dept, 'stations');
      return after;
    });
  }

  /** The old key is worth nothing from the commit on. */
  rotateKey(by: Administrator, id: string): Promise<{ id: string; key: string }> {
    const key = newStationKey();
    return this.changes.run(by, { action: 'station.rotate_key', target: `station:${id}` }, async (tx) => {
      const { affected } = await tx.manager.update(Station, { id, ...inUse }, { keyHash: stationKeyHash(key) });
      if (affected !== 1) throw notFound('station');
      // A request that waits under the old key ends at once.
      tx.afterCommit(() => {
        this.endings.changed();
      });
      return { id, key };
    });
  }

  /** A stale station takes its fault with it. */
  async retire(by: Administrator, id: string): Promise<void> {
    await this.changes.run(by, { action: 'station.retire', target: `station:${id}` }, async (tx, directory) => {
      const { dept } = await read(tx.manager, id);
      await this.stations.retires(tx, id);
      const { affected } = await tx.manager.update(Station, { id, ...inUse }, { retiredAt: () => 'app_now()' });
      if (affected !== 1) throw notFound('station');
      directory.changed(dept, 'stations');
    });
  }

  /** @throws DomainError NOT_FOUND for a room that is not in use, or a bed that is not one of it */
  private async requirePlace(tx: Transaction, roomId: string, bedId: string | null): Promise<void> {
    if (!(await tx.one(holdPlace, [roomId, bedId]))) throw notFound('room or bed');
  }

  /** @throws DomainError VALIDATION_FAILED for a type that does not exist */
  private async requireTypes(tx: Transaction, types: readonly string[] | null | undefined): Promise<void> {
    const asked = new Set(types ?? []);
    if (asked.size === 0 || (await tx.manager.countBy(CallType, { id: In([...asked]) })) === asked.size) return;
    throw new DomainError('VALIDATION_FAILED', 'no such type of call', { details: { fields: [{ path: 'types', problem: 'unknown' }] } });
  }
}

/** Stations in use, as administrators see them. */
function stations(manager: EntityManager): SelectQueryBuilder<Station> {
  return manager
    .createQueryBuilder(Station, 's')
    .innerJoin('s.room', 'r')
    .select('s.id', 'id')
    .addSelect('r.dept', 'dept')
    .addSelect('s.roomId', 'room_id')
    .addSelect('s.bedId', 'bed_id')
    .addSelect('s.kind', 'kind')
    .addSelect('s.name', 'name')
    .addSelect(stationTypes('s'), 'types')
    .addSelect('s.types IS NOT NULL', 'own_types')
    .addSelect('iso(s.lastSeenAt)', 'last_seen_at')
    .where('s.retiredAt IS NULL');
}

/** @throws DomainError NOT_FOUND */
async function read(manager: EntityManager, id: string): Promise<StationAdminView> {
  const row = await stations(manager).andWhere('s.id = :id', { id }).getRawOne<StationAdminView>();
  if (!row) throw notFound('station');
  return row;
}
