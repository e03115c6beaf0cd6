import { Injectable } from '@nestjs/common';
import type { StationPrincipal } from '../auth/principal.js';
import { Database } from '../database/database.js';
import { statement } from '../database/statement.js';
import { stationKeyHash } from './station-keys.js';

const findByKey = statement(
  'find_station_by_key',
  `SELECT s.id, r.dept_id AS dept, s.room_id AS "roomId", s.bed_id AS "bedId"
   FROM stations s JOIN rooms r ON r.id = s.room_id JOIN departments d ON d.id = r.dept_id
   WHERE s.key_hash = $1 AND s.retired_at IS NULL AND r.retired_at IS NULL AND d.retired_at IS NULL`,
);
const describe = statement(
  'describe_station',
  `SELECT s.id, r.dept_id AS dept, s.room_id, s.bed_id, s.kind, s.name, iso(s.last_seen_at) AS last_seen_at, iso(app_now()) AS server_time
   FROM stations s JOIN rooms r ON r.id = s.room_id WHERE s.id = $1`,
);
const seen = statement(
  'station_seen',
  'UPDATE stations SET last_seen_at = app_now() WHERE id = $1 RETURNING iso(last_seen_at) AS last_seen_at',
);

/** A station as it sees itself. */
export interface StationView {
  id: string;
  dept: string;
  room_id: string;
  bed_id: string | null;
  kind: string;
  name: string;
  last_seen_at: string | null;
  server_time: string;
}

/** Stations as callers. */
@Injectable()
export class StationsService {
  constructor(private readonly database: Database) {}

  async findByKey(key: string): Promise<StationPrincipal | undefined> {
    const rows = await this.database.query<Omit<StationPrincipal, 'kind'>>(findByKey, [stationKeyHash(key)]);
    return rows[0] && { kind: 'station', ...rows[0] };
  }

  async describe(id: string): Promise<StationView | undefined> {
    const rows = await this.database.query<StationView & Record<string, unknown>>(describe, [id]);
    return rows[0];
  }

  /** @returns when the station was heard, by the server's clock */
  async heartbeat(id: string): Promise<string> {
    const rows = await this.database.query<{ last_seen_at: string }>(seen, [id]);
    if (!rows[0]) throw new Error('an authenticated station has no row');
    return rows[0].last_seen_at;
  }
}
