import { Inject, Injectable } from '@nestjs/common';
import pg from 'pg';
import { REALTIME_SETTINGS } from '../../platform/config/config.module.js';
import type { RealtimeSettings } from '../../platform/config/realtime.settings.js';
import { Database } from '../../platform/database/database.js';
import type { PoolName } from '../../platform/database/pools.js';
import { statement } from '../../platform/database/statement.js';
import type { Transaction } from '../../platform/database/transactions.js';
import { newId } from '../../platform/common/ids.js';
import { together } from '../../platform/common/together.js';
import { currentTrace } from '../../platform/tracing/tracing.js';
import type { NewEvent, StoredEvent } from './event.js';
import { WakeUps } from './wake-ups.js';

const PENDING = Symbol('events to append');

const EVENT_COLUMNS = `dept_id AS dept, seq::float8 AS seq, id, type, iso(at) AS time, payload::text AS data, trace,
  greatest(0, extract(epoch FROM app_clock() - at))::float8 AS age`;

// `ORDER BY seq` alone would mean the output column, the converted one, and sort all that lies behind `after`.
export const readPage = statement(
  'read_events',
  `SELECT ${EVENT_COLUMNS} FROM events WHERE dept_id = $1 AND seq > $2 ORDER BY events.seq LIMIT $3`,
);
export const readPages = statement(
  'read_pages',
  `SELECT k.n::int - 1 AS page, e.* FROM unnest($1::text[], $2::int8[]) WITH ORDINALITY AS k (dept_id, after, n)
   CROSS JOIN LATERAL (
     SELECT ${EVENT_COLUMNS} FROM events WHERE dept_id = k.dept_id AND seq > k.after ORDER BY events.seq LIMIT $3
   ) e ORDER BY k.n, e.seq`,
);
const readHeads = statement(
  'read_heads',
  'SELECT dept_id AS dept, last_seq::float8 AS head, purged_seq::float8 AS purged FROM dept_stream WHERE dept_id = ANY($1)',
);
export const readCallHistory = statement(
  'read_call_history',
  `SELECT ${EVENT_COLUMNS} FROM events WHERE call_id = $1 ORDER BY events.seq LIMIT $2`,
);

/** Where a department's log stands. */
export interface Head {
  /** `seq` of the newest event; 0 when there is none. */
  head: number;
  /** Events up to this `seq` were removed by retention. */
  purged: number;
}

/** Where a page begins: behind `after`. */
export interface PageStart {
  dept: string;
  after: number;
}

/** The log: the one way by which anything reaches a client. */
@Injectable()
export class EventLog {
  /** Undefined when there is no such department. */
  readonly head: (dept: string) => Promise<Head | undefined>;

  constructor(
    private readonly database: Database,
    private readonly wakeUps: WakeUps,
    @Inject(REALTIME_SETTINGS) private readonly settings: RealtimeSettings,
  ) {
    this.head = together(async (departments) => {
      const heads = new Map((await this.heads(departments, 'requests')).map(({ dept, head, purged }) => [dept, { head, purged }]));
      return departments.map((dept) => heads.get(dept));
    });
  }

  /** Appends to the transaction; written as its last statement, in the order of the calls, and announced after its commit. */
  append(tx: Transaction, event: NewEvent): void {
    const pending = tx.note<NewEvent[]>(PENDING, () => {
      const events: NewEvent[] = [];
      tx.beforeCommit('events', () => Promise.resolve(this.write(events)));
      tx.afterCommit(() => {
        for (const dept of new Set(events.map((e) => e.dept))) this.wakeUps.wake(dept);
      });
      return events;
    });
    pending.push(event);
  }

  /** The events after `after`, oldest first, at most `limit` (default: POLL_BATCH_SIZE). */
  page(dept: string, after: number, limit = this.settings.POLL_BATCH_SIZE, pool: PoolName = 'requests'): Promise<StoredEvent[]> {
    return this.database.query<StoredEvent & Record<string, unknown>>(readPage, [dept, after, limit], pool);
  }

  /** Many pages in one query, each of at most POLL_BATCH_SIZE events. @returns them in the order in which they were asked for */
  async pages(starts: readonly PageStart[]): Promise<StoredEvent[][]> {
    const values = [starts.map(({ dept }) => dept), starts.map(({ after }) => after), this.settings.POLL_BATCH_SIZE];
    const rows = await this.database.query<StoredEvent & { page: number }>(readPages, values);
    const pages = starts.map((): StoredEvent[] => []);
    for (const { page, ...event } of rows) pages[page]?.push(event);
    return pages;
  }

  /** The heads of many departments in one query. */
  heads(departments: readonly string[], pool: PoolName = 'poller'): Promise<(Head & { dept: string })[]> {
    return this.database.query(readHeads, [departments], pool);
  }

  /** The events of one call, oldest first. */
  callHistory(callId: string, limit: number): Promise<StoredEvent[]> {
    return this.database.query<StoredEvent & Record<string, unknown>>(readCallHistory, [callId, limit]);
  }

  /** One statement with its events in it: it travels with the COMMIT, and so the streams are locked for one round trip less. */
  private write(events: readonly NewEvent[]): string {
    const trace = currentTrace();
    const rows = events.map((event) => ({
      dept: event.dept,
      id: newId(),
      type: event.type,
      payload: event.data,
      call_id: event.callId,
      actor_id: event.actorId,
      trace,
    }));
    return `SELECT FROM append_events(${pg.escapeLiteral(JSON.stringify(rows))})`;
  }
}
