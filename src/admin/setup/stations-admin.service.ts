import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { SessionEndings } from '../../identity/sessions/session-endings.js';
import { DomainError, notFound } from '../../platform/common/errors.js';
import { type Page, readCursor, toPage } from '../../platform/common/paging.js';
import { Database } from '../../platform/database/database.js';
import { statement } from '../../platform/database/statement.js';
import type { Transaction } from '../../platform/database/transactions.js';
import { stationTypes } from '../../ward/stations/station-types.js';
import type { StationKind } from '../../ward/hospital/entities/station.entity.js';
import { newStationKey, stationKeyHash } from '../../ward/stations/station-keys.js';
import type { PageQuery, StationBody, StationPatch } from '../shared/admin-schemas.js';
import { type Administrator, AuditedChanges } from '../shared/audited-changes.js';

const VIEW = `s.id, r.dept_id AS dept, s.room_id, s.bed_id, s.kind, s.name, ${stationTypes('s')} AS types, s.types IS NOT NULL AS own_types,
  iso(s.last_seen_at) AS last_seen_at`;
const ROOM_AND_BED = `r.id = $2 AND r.retired_at IS NULL AND ($3::text IS NULL OR EXISTS
     (SELECT FROM beds b WHERE b.id = $3 AND b.room_id = r.id AND b.retired_at IS NULL))`;

const list = statement(
  'list_stations',
  `SELECT ${VIEW} FROM stations s JOIN rooms r ON r.id = s.room_id
   WHERE s.id > $1 AND s.retired_at IS NULL AND ($2::text IS NULL OR r.dept_id = $2) ORDER BY s.id LIMIT $3`,
);
const insert = statement(
  'insert_station',
  `INSERT INTO stations (id, room_id, bed_id, kind, name, key_hash, types) SELECT $1, r.id, $3, $4, $5, $6, $7
   FROM rooms r WHERE ${ROOM_AND_BED} RETURNING id`,
);
const find = statement(
  'find_station',
  `SELECT ${VIEW} FROM stations s JOIN rooms r ON r.id = s.room_id WHERE s.id = $1 AND s.retired_at IS NULL`,
);
/** Presses hold the row until they are committed: after this, each call that the station has placed is seen. */
const lock = statement(
  'lock_station',
  `SELECT s.room_id, s.bed_id, s.kind, s.name, s.types, r.dept_id AS dept FROM stations s JOIN rooms r ON r.id = s.room_id
   WHERE s.id = $1 AND s.retired_at IS NULL FOR UPDATE OF s`,
);
const hasOpenCall = statement(
  'station_has_open_call',
  `SELECT EXISTS (SELECT FROM calls WHERE $1 = ANY(station_ids) AND state IN ('pending', 'accepted', 'in_progress')) AS busy`,
);
const update = statement(
  'update_station',
  `UPDATE stations s SET room_id = r.id, bed_id = $3, kind = $4, name = $5, types = $6 FROM rooms r WHERE s.id = $1 AND ${ROOM_AND_BED}
   RETURNING s.id`,
);
const unknownTypes = statement(
  'unknown_call_types',
  'SELECT t.id FROM unnest($1::text[]) AS t (id) WHERE NOT EXISTS (SELECT FROM call_types c WHERE c.id = t.id) LIMIT 1',
);
const rotate = statement('rotate_station_key', 'UPDATE stations SET key_hash = $2 WHERE id = $1 AND retired_at IS NULL RETURNING id');
const retire = statement('retire_station', 'UPDATE stations SET retired_at = app_now() WHERE id = $1 AND retired_at IS NULL RETURNING id');

export interface StationAdminView {
  id: string;
  dept: string;
  room_id: string;
  bed_id: string | null;
  kind: StationKind;
  name: string;
  /** The types of call that it may raise. */
  types: string[];
  /** Whether these were set for it; otherwise they are its kind's. */
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

type Row = StationAdminView & Record<string, unknown>;

/** Stations and their keys. A key is shown once, when it is made. */
@Injectable()
export class StationsAdminService {
  constructor(
    private readonly database: Database,
    private readonly changes: AuditedChanges,
    private readonly endings: SessionEndings,
  ) {}

  async list({ limit, cursor, dept }: PageQuery & { dept?: string | undefined }): Promise<Page<StationAdminView>> {
    const after = readCursor(z.string(), cursor) ?? '';
    return toPage<StationAdminView>(await this.database.query<Row>(list, [after, dept ?? null, limit + 1]), limit, (last) => last.id);
  }

  async get(id: string): Promise<StationAdminView> {
    const [row] = await this.database.query<Row>(find, [id]);
    if (!row) throw notFound('station');
    return row;
  }

  create(by: Administrator, body: StationBody): Promise<StationAdminView & { key: string }> {
    const { id, room_id, bed_id, kind, name, types } = body;
    const key = newStationKey();
    return this.changes.run(by, { action: 'station.create', target: `station:${id}`, detail: body }, async (tx, directory) => {
      await this.requireTypes(tx, types);
      const values = [id, room_id, bed_id ?? null, kind, name ?? id, stationKeyHash(key), types ?? null];
      if (!(await tx.one(insert, values))) throw notFound('room or bed');
      const row = await this.read(tx, id);
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
      const types = patch.types === undefined ? before.types : patch.types;
      const values = [id, roomId, bedId, patch.kind ?? before.kind, patch.name ?? before.name, types];
      if (!(await tx.one(update, values))) throw notFound('room or bed');
      const after = await this.read(tx, id);
      for (const dept of new Set([before.dept, after.dept])) directory.changed(dept, 'stations');
      return after;
    });
  }

  /** The old key is worth nothing from the commit on. */
  rotateKey(by: Administrator, id: string): Promise<{ id: string; key: string }> {
    const key = newStationKey();
    return this.changes.run(by, { action: 'station.rotate_key', target: `station:${id}` }, async (tx) => {
      if (!(await tx.one(rotate, [id, stationKeyHash(key)]))) throw notFound('station');
      // A request that waits under the old key ends at once.
      tx.afterCommit(() => {
        this.endings.changed();
      });
      return { id, key };
    });
  }

  async retire(by: Administrator, id: string): Promise<void> {
    await this.changes.run(by, { action: 'station.retire', target: `station:${id}` }, async (tx, directory) => {
      const { dept } = await this.read(tx, id);
      if (!(await tx.one(retire, [id]))) throw notFound('station');
      directory.changed(dept, 'stations');
    });
  }

  /** @throws DomainError NOT_FOUND */
  private async read(tx: Transaction, id: string): Promise<StationAdminView> {
    const row = await tx.one<Row>(find, [id]);
    if (!row) throw notFound('station');
    return row;
  }

  /** @throws DomainError VALIDATION_FAILED for a type that does not exist */
  private async requireTypes(tx: Transaction, types: readonly string[] | null | undefined): Promise<void> {
    if (!types || !(await tx.one(unknownTypes, [types]))) return;
    throw new DomainError('VALIDATION_FAILED', 'no such type of call', { details: { fields: [{ path: 'types', problem: 'unknown' }] } });
  }
}
