import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { notFound } from '../../platform/common/errors.js';
import { type Page, readCursor, toPage } from '../../platform/common/paging.js';
import { Database } from '../../platform/database/database.js';
import { statement } from '../../platform/database/statement.js';
import type { StationKind } from '../../ward/hospital/entities/station.entity.js';
import { newStationKey, stationKeyHash } from '../../ward/stations/station-keys.js';
import type { PageQuery, StationBody } from '../shared/admin-schemas.js';
import { type Administrator, AuditedChanges } from '../shared/audited-changes.js';

const VIEW = `s.id, r.dept_id AS dept, s.room_id, s.bed_id, s.kind, s.name, iso(s.last_seen_at) AS last_seen_at`;

const list = statement(
  'list_stations',
  `SELECT ${VIEW} FROM stations s JOIN rooms r ON r.id = s.room_id
   WHERE s.id > $1 AND s.retired_at IS NULL AND ($2::text IS NULL OR r.dept_id = $2) ORDER BY s.id LIMIT $3`,
);
const insert = statement(
  'insert_station',
  `INSERT INTO stations (id, room_id, bed_id, kind, name, key_hash) SELECT $1, r.id, $3, $4, $5, $6
   FROM rooms r WHERE r.id = $2 AND r.retired_at IS NULL AND ($3::text IS NULL OR EXISTS
     (SELECT FROM beds b WHERE b.id = $3 AND b.room_id = r.id AND b.retired_at IS NULL)) RETURNING id`,
);
const find = statement(
  'find_station',
  `SELECT ${VIEW} FROM stations s JOIN rooms r ON r.id = s.room_id WHERE s.id = $1 AND s.retired_at IS NULL`,
);
const rename = statement('rename_station', 'UPDATE stations SET name = $2 WHERE id = $1 AND retired_at IS NULL RETURNING id');
const rotate = statement('rotate_station_key', 'UPDATE stations SET key_hash = $2 WHERE id = $1 AND retired_at IS NULL RETURNING id');
const retire = statement('retire_station', 'UPDATE stations SET retired_at = app_now() WHERE id = $1 AND retired_at IS NULL RETURNING id');

export interface StationAdminView {
  id: string;
  dept: string;
  room_id: string;
  bed_id: string | null;
  kind: StationKind;
  name: string;
  last_seen_at: string | null;
}

type Row = StationAdminView & Record<string, unknown>;

/** Stations and their keys. A key is shown once, when it is made. */
@Injectable()
export class StationsAdminService {
  constructor(
    private readonly database: Database,
    private readonly changes: AuditedChanges,
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

  create(by: Administrator, { id, room_id, bed_id, kind, name }: StationBody): Promise<StationAdminView & { key: string }> {
    const key = newStationKey();
    return this.changes.run(by, { action: 'station.create', target: `station:${id}` }, async (tx) => {
      if (!(await tx.one(insert, [id, room_id, bed_id ?? null, kind, name ?? id, stationKeyHash(key)]))) throw notFound('room or bed');
      const row = await tx.one<Row>(find, [id]);
      if (!row) throw new Error('a new station cannot be read');
      return { ...row, key };
    });
  }

  async rename(by: Administrator, id: string, name: string): Promise<StationAdminView> {
    await this.changes.run(by, { action: 'station.rename', target: `station:${id}` }, async (tx) => {
      if (!(await tx.one(rename, [id, name]))) throw notFound('station');
    });
    return this.get(id);
  }

  /** The old key is worth nothing from the commit on. */
  rotateKey(by: Administrator, id: string): Promise<{ id: string; key: string }> {
    const key = newStationKey();
    return this.changes.run(by, { action: 'station.rotate_key', target: `station:${id}` }, async (tx) => {
      if (!(await tx.one(rotate, [id, stationKeyHash(key)]))) throw notFound('station');
      return { id, key };
    });
  }

  async retire(by: Administrator, id: string): Promise<void> {
    await this.changes.run(by, { action: 'station.retire', target: `station:${id}` }, async (tx) => {
      if (!(await tx.one(retire, [id]))) throw notFound('station');
    });
  }
}
