import { Inject, Injectable } from '@nestjs/common';
import { REALTIME_SETTINGS } from '../../platform/config/config.module.js';
import type { RealtimeSettings } from '../../platform/config/settings/realtime.settings.js';
import { Database } from '../../platform/database/database.js';
import type { PoolName } from '../../platform/database/pools.js';
import { statement } from '../../platform/database/statement.js';
import type { LastStatement, Transaction } from '../../platform/database/transactions.js';
import { Clock } from '../../platform/common/clock.js';
import { newId } from '../../platform/common/values/ids.js';
import { createBatchLoader } from '../../platform/common/collections/batch-loader.js';
import { currentTrace } from '../../platform/tracing/tracing.js';
import type { NewEvent, StoredEvent } from './event.js';
import { LogNotifier } from './log-notifier.js';

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
const append = statement(
  'append_events',
  'SELECT dept, seq::float8 AS seq, event_id AS id, iso(event_at) AS time, event_data AS data FROM append_events($1)',
);
export const readCallHistory = statement(
  'read_call_history',
  `SELECT ${EVENT_COLUMNS} FROM events WHERE call_id = $1 ORDER BY events.seq LIMIT $2`,
);

/** The end of a department's log. */
export interface Head {
  /** `seq` of the newest event; 0 when there is none. */
  head: number;
  /** Events up to this `seq` were removed by retention. */
  purged: number;
}

/** The beginning of a page: the events after `after`. */
export interface PageStart {
  dept: string;
  after: number;
}

type Appended = Pick<StoredEvent, 'dept' | 'seq' | 'id' | 'time' | 'data'>;

/** The events of one transaction. */
class Appending {
  private readonly events: (NewEvent & { id: string })[] = [];
  private appended: readonly Appended[] = [];
  private sentAt = 0;

  constructor(
    private readonly trace: string | null,
    private readonly clock: Clock,
  ) {}

  add(event: NewEvent): void {
    this.events.push({ ...event, id: newId() });
  }

  statement(): LastStatement {
    this.sentAt = this.clock.monotonic();
    const rows = this.events.map(({ dept, id, type, data, callId, actorId }) => ({
      ...{ dept, id, type, payload: data, trace: this.trace },
      ...{ call_id: callId, actor_id: actorId },
    }));
    return {
      statement: append,
      values: [JSON.stringify(rows)],
      answered: (answer) => {
        this.appended = answer as unknown as Appended[];
      },
    };
  }

  /** As the log has them, by department, in order. They are no younger than the message that has brought them there. */
  stored(): Map<string, StoredEvent[]> {
    const types = new Map(this.events.map(({ id, type }) => [id, type]));
    const age = (this.clock.monotonic() - this.sentAt) / 1000;
    const { trace } = this;
    const stored = new Map<string, StoredEvent[]>();
    for (const event of this.appended) {
      const of = stored.get(event.dept) ?? [];
      of.push({ ...event, type: types.get(event.id) ?? '', trace, age });
      stored.set(event.dept, of);
    }
    return stored;
  }
}

/** The log: the one way by which anything reaches a client. */
@Injectable()
export class EventLog {
  /** Undefined when there is no such department. */
  readonly head: (dept: string) => Promise<Head | undefined>;

  constructor(
    private readonly database: Database,
    private readonly logNotifier: LogNotifier,
    private readonly clock: Clock,
    @Inject(REALTIME_SETTINGS) private readonly settings: RealtimeSettings,
  ) {
    this.head = createBatchLoader(async (departments) => {
      const heads = new Map((await this.heads(departments, 'requests')).map(({ dept, head, purged }) => [dept, { head, purged }]));
      return departments.map((dept) => heads.get(dept));
    });
  }

  /** Appends to the transaction; written as its last statement, in the order of the calls, and announced after its commit. */
  append(tx: Transaction, event: NewEvent): void {
    const pending = tx.note(PENDING, () => {
      const appending = new Appending(currentTrace() ?? null, this.clock);
      tx.beforeCommit('events', () => [appending.statement()]);
      tx.afterCommit(() => {
        for (const [dept, events] of appending.stored()) this.logNotifier.notify(dept, events);
      });
      return appending;
    });
    pending.add(event);
  }

  /** The events after `after`, oldest first, at most `limit` (default: POLL_BATCH_SIZE). */
  page(dept: string, after: number, limit = this.settings.POLL_BATCH_SIZE, pool: PoolName = 'requests'): Promise<StoredEvent[]> {
    return this.database.query<StoredEvent & Record<string, unknown>>(readPage, [dept, after, limit], pool);
  }

  /** Many pages in one query, each of at most `limit` events (default: POLL_BATCH_SIZE). @returns them in the order in which they were asked for */
  async pages(starts: readonly PageStart[], limit = this.settings.POLL_BATCH_SIZE): Promise<StoredEvent[][]> {
    const values = [starts.map(({ dept }) => dept), starts.map(({ after }) => after), limit];
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
}
