import { Inject, Injectable } from '@nestjs/common';
import { InjectEntityManager } from '@nestjs/typeorm';
import { EntityManager } from 'typeorm';
import { DATABASE_SETTINGS } from '../../platform/config/config.module.js';
import type { DatabaseSettings } from '../../platform/config/settings/database.settings.js';
import { Database } from '../../platform/database/database.js';
import { statement } from '../../platform/database/statement.js';
import { DepartmentStream } from '../entities/department-stream.entity.js';

const BATCH = 1000;

/**
 * `at` in whole microseconds: with the other fields it is what the hash was taken of. Time rises along a chain, so the first batch of rows is all that
 * has to be looked at: when none of it is old enough, nothing behind it is.
 */
export const EXPIRED_EVENTS = statement(
  'expired_events',
  `SELECT seq::float8 AS place, json_build_object('dept', dept_id, 'seq', seq, 'id', id, 'type', type, 'payload', payload, 'call_id', call_id,
     'actor_id', actor_id, 'at_usec', (extract(epoch FROM at) * 1000000)::numeric(20)::text, 'prev_hash', encode(prev_hash, 'hex'), 'hash', encode(hash, 'hex'))::text AS line
   FROM (
     SELECT * FROM events WHERE dept_id = $1 AND seq > (SELECT purged_seq FROM dept_stream WHERE dept_id = $1) ORDER BY seq LIMIT $3
   ) oldest WHERE at < app_now() - make_interval(days => $2) ORDER BY oldest.seq`,
);
export const EXPIRED_AUDIT = statement(
  'expired_audit',
  `SELECT id::float8 AS place, json_build_object('id', id, 'at_usec', (extract(epoch FROM at) * 1000000)::numeric(20)::text, 'actor', actor, 'action', action,
     'target', target, 'result', result, 'address', address, 'detail', detail, 'prev_hash', encode(prev_hash, 'hex'), 'hash', encode(hash, 'hex'))::text AS line
   FROM (SELECT * FROM audit WHERE id > (SELECT purged_id FROM audit_head) ORDER BY id LIMIT $2) oldest
   WHERE at < app_now() - make_interval(days => $1) ORDER BY oldest.id`,
);
const PURGE_EVENTS = statement('purge_events', 'SELECT purge_events($1, $2, $3) AS gone');
const PURGE_AUDIT = statement('purge_audit', 'SELECT purge_audit($1, $2) AS gone');

/** Consecutive records that have had their time. */
export interface ExpiredBatch {
  /** The chain: `events/<dept>` or `audit`. */
  chain: string;
  first: number;
  last: number;
  /** One JSON text each. */
  lines: string[];
  /** Removes them. @returns how many are gone */
  purge(): Promise<number>;
}

/** Finds what the log and the record need not keep any longer, oldest first. */
@Injectable()
export class ExpiringRecords {
  constructor(
    private readonly database: Database,
    @InjectEntityManager() private readonly manager: EntityManager,
    @Inject(DATABASE_SETTINGS) private readonly settings: DatabaseSettings,
  ) {}

  async departments(): Promise<string[]> {
    const streams = await this.manager.find(DepartmentStream, { select: { dept: true }, order: { dept: 'ASC' } });
    return streams.map(({ dept }) => dept);
  }

  async events(dept: string): Promise<ExpiredBatch | undefined> {
    const days = this.settings.EVENT_RETENTION_DAYS;
    const rows = await this.database.query<{ place: number; line: string }>(EXPIRED_EVENTS, [dept, days, BATCH]);
    return toBatch(`events/${dept}`, rows, (last) => this.purge(PURGE_EVENTS, [dept, last, days]));
  }

  async audit(): Promise<ExpiredBatch | undefined> {
    const days = this.settings.AUDIT_RETENTION_DAYS;
    const rows = await this.database.query<{ place: number; line: string }>(EXPIRED_AUDIT, [days, BATCH]);
    return toBatch('audit', rows, (last) => this.purge(PURGE_AUDIT, [last, days]));
  }

  private async purge(statement: typeof PURGE_AUDIT, values: unknown[]): Promise<number> {
    const [row] = await this.database.query<{ gone: number }>(statement, values);
    return row?.gone ?? 0;
  }
}

function toBatch(
  chain: string,
  rows: { place: number; line: string }[],
  purge: (last: number) => Promise<number>,
): ExpiredBatch | undefined {
  const first = rows[0]?.place;
  const last = rows.at(-1)?.place;
  if (first === undefined || last === undefined) return undefined;
  return { chain, first, last, lines: rows.map((row) => row.line), purge: () => purge(last) };
}
