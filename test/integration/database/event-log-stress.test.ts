import { setTimeout as sleep } from 'node:timers/promises';
import { Counter, Gauge, Histogram } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SystemClock } from '../../../src/platform/common/clock.js';
import { createLogger } from '../../../src/platform/logging/logger.js';
import { realtimeSettings } from '../../../src/platform/config/settings/realtime.settings.js';
import { Database } from '../../../src/platform/database/database.js';
import { statement } from '../../../src/platform/database/statement.js';
import { Transactions } from '../../../src/platform/database/transactions.js';
import type { EventBatch } from '../../../src/events/log/encoded-event.js';
import { EventCatalog } from '../../../src/events/log/event-catalog.js';
import { EventLog } from '../../../src/events/log/event-log.js';
import { ExtensionGuard } from '../../../src/platform/extensions/extension-guard.js';
import { DepartmentReads } from '../../../src/events/delivery/feed/department-reads.js';
import { EventPublisher } from '../../../src/events/delivery/feed/event-publisher.js';
import { EventPoller } from '../../../src/events/delivery/feed/event-poller.js';
import { FeedMetrics } from '../../../src/events/delivery/feed/feed-metrics.js';
import { DeliveryListeners } from '../../../src/events/delivery/feed/delivery-listeners.js';
import { Feeds } from '../../../src/events/delivery/feed/feeds.js';
import type { EventSink, LogSubscriber } from '../../../src/events/delivery/log-subscriber.js';
import { LogHoles } from '../../../src/events/delivery/log-holes.js';
import { LogSubscriberFactory } from '../../../src/events/delivery/log-subscriber-factory.js';
import { HistoryPages } from '../../../src/events/delivery/history-pages.js';
import { HistoryNote } from '../../../src/events/delivery/feed/history-note.js';
import { HistoryWatch } from '../../../src/events/delivery/feed/history-watch.js';
import { LogEpoch } from '../../../src/events/log/log-epoch.js';
import { LogNotifier } from '../../../src/events/log/log-notifier.js';
import { createTestDatabase, type TestDatabase } from '../../support/servers/database.js';

const DEPARTMENTS = ['icu', 'er', 'ot'] as const;
const NODES = 3;
const WRITERS_PER_NODE = 8;
const FOLLOWERS = 80;
const RUN_MS = 7000;
/** Fewer have not proven much: a slow machine goes on until they are there, but not for ever. */
const FEWEST_FOLLOWERS = 21;
const LONGEST_RUN_MS = 3 * RUN_MS;
const CATCH_UP_MS = 15_000;
/** The nodes have no disk for their notes, and do without. */
const NOWHERE = '/dev/null/none';
const settings = realtimeSettings.parse({ POLL_INTERVAL_MS: '40', POLL_BATCH_SIZE: '20' });

const hold = statement('hold_streams', 'SELECT pg_sleep($1)');
const fail = statement('fail_on_purpose', 'SELECT 1 / 0');
const keepState = statement('keep_state', 'INSERT INTO stress_state (token, events) VALUES ($1, $2)');

function oneOf<T>(values: readonly T[]): T {
  const value = values[Math.floor(Math.random() * values.length)];
  if (value === undefined) throw new Error('nothing to choose from');
  return value;
}

/** One process's part of the log, wired as the modules wire it, without a bus between nodes. */
class Node {
  readonly transactions: Transactions;
  readonly log: EventLog;
  readonly subscribers: LogSubscriberFactory;
  private readonly database: Database;
  private readonly poller: EventPoller;

  static async start(url: string, alarms: string[]): Promise<Node> {
    const write = (line: string): void => {
      if (line.includes('"events.gap"')) alarms.push(line);
    };
    const node = new Node(url, await createLogger({ level: 'error', pretty: false, destination: { write } }));
    await node.poller.onApplicationBootstrap();
    return node;
  }

  private constructor(url: string, logger: Awaited<ReturnType<typeof createLogger>>) {
    const clock = new SystemClock();
    const logNotifier = new LogNotifier();
    const feeds = new Feeds(logNotifier);
    const named = (name: string) => ({ name, help: name, registers: [] });
    const catalog = new EventCatalog(
      new ExtensionGuard(logger, clock, new Counter({ ...named('extensions'), labelNames: ['point', 'reason'] })),
    );
    const metrics = new FeedMetrics(
      new Histogram(named('delivery')),
      new Histogram(named('poll')),
      new Gauge(named('average')),
      new Counter(named('failures')),
      new Counter(named('gaps')),
      clock,
    );
    this.database = new Database(url, logger);
    this.transactions = new Transactions(this.database, logger);
    this.log = new EventLog(this.database, logNotifier, clock, settings);
    this.subscribers = new LogSubscriberFactory(new HistoryPages(this.log, catalog, clock, settings), feeds, new LogHoles());
    const publisher = new EventPublisher(catalog, metrics, new DeliveryListeners(), clock, logger);
    this.poller = new EventPoller(
      new HistoryWatch(this.log, feeds, new LogEpoch(this.database), new HistoryNote(this.database, logger, { DATA_DIR: NOWHERE }), logger),
      new DepartmentReads(this.log, feeds, publisher, metrics, logger, settings),
      metrics,
      logNotifier,
      clock,
      settings,
    );
  }

  async stop(): Promise<void> {
    await this.poller.beforeApplicationShutdown();
    await this.database.onApplicationShutdown();
  }
}

/** Everything that the writers know of their transactions. */
class Ledger {
  /** Token of an acknowledged transaction → how many events it appended. */
  readonly acknowledged = new Map<string, number>();
  /** Rolled back by ourselves, before the COMMIT was sent. */
  readonly rolledBack = new Set<string>();
  /** Ended by the server: whether it was committed is for the log to say. */
  readonly unknown = new Map<string, number>();
}

class OnPurpose extends Error {}

/** Writes transactions one after another, like the services do: state first, events last; some are given up at every point. */
async function write(node: Node, name: string, ledger: Ledger, stillRunning: () => boolean): Promise<void> {
  for (let n = 0; stillRunning(); n++) {
    const token = `${name}-${String(n)}`;
    const kind = Math.random();
    const departments =
      Math.random() < 0.25
        ? [...DEPARTMENTS].sort(() => Math.random() - 0.5).slice(0, 2 + Math.round(Math.random()))
        : [oneOf(DEPARTMENTS)];
    const events = departments.flatMap((dept) => Array.from({ length: 1 + Math.floor(Math.random() * 3) }, () => dept));
    const work = node.transactions.run(async (tx) => {
      await tx.query(keepState, [token, events.length]);
      for (const [i, dept] of events.entries()) {
        node.log.append(tx, {
          dept,
          type: 'nurse.shift_ended',
          data: { staff_id: token, shift_id: String(i), role: 'nurse', reason: 'ended' },
        });
      }
      if (kind < 0.1) throw new OnPurpose();
      // After the events were appended, with the streams locked.
      tx.beforeCommit('audit', () => {
        if (kind > 0.6) return [{ statement: hold, values: [Math.random() / 100] }];
        return kind < 0.2 ? [{ statement: fail, values: [] }] : [];
      });
    });
    try {
      await work;
      ledger.acknowledged.set(token, events.length);
    } catch (error) {
      const isOnPurpose = error instanceof OnPurpose || (error as { code?: string }).code === '22012';
      if (isOnPurpose) ledger.rolledBack.add(token);
      else ledger.unknown.set(token, events.length);
    }
  }
}

/** A client: follows from `after` on, keeps all that it gets, and resumes from there when its follower fails. */
class Reader implements EventSink {
  readonly received: { seq: number; id: string }[] = [];
  readonly restarts: string[] = [];
  private follower: LogSubscriber | undefined;
  /** The reader learned that the log is another one. */
  misled = false;
  private gone = false;
  private attempts = 0;

  constructor(
    private node: Node,
    readonly dept: string,
    readonly after: number,
  ) {}

  get cursor(): number {
    return this.received.at(-1)?.seq ?? this.after;
  }

  async follow(): Promise<void> {
    const attempt = ++this.attempts;
    while (!this.isOver(attempt)) {
      const head = await this.node.log.head(this.dept).catch(() => undefined);
      if (!head) {
        await sleep(10);
        continue;
      }
      if (this.isOver(attempt)) return;
      const follower = this.node.subscribers.follow(this.dept, this.cursor, head.head, this);
      this.follower = follower;
      // A client is answered between joining and its first event.
      if (Math.random() < 0.5) await sleep(Math.random() * 20);
      follower.start();
      return;
    }
  }

  private isOver(attempt: number): boolean {
    return this.gone || attempt !== this.attempts;
  }

  write(batch: EventBatch): void {
    for (const event of batch.events) this.received.push({ seq: event.seq, id: (JSON.parse(event.text) as { id: string }).id });
  }

  async drained(): Promise<void> {
    if (Math.random() < 0.5) await sleep(Math.random() * 5);
  }

  lost(reason: string): void {
    this.restarts.push(reason);
    if (reason === 'failed') void this.follow();
    else this.misled = true;
  }

  /** Loses its connection, and resumes at another node. */
  async move(node: Node): Promise<void> {
    this.follower?.close();
    this.restarts.push('moved');
    this.node = node;
    await this.follow();
  }

  leave(): void {
    this.gone = true;
    this.follower?.close();
  }
}

describe('the event log under many writers, rollbacks, ended connections and several pollers', () => {
  let database: TestDatabase;
  const nodes: Node[] = [];
  const readers: Reader[] = [];
  const alarms: string[] = [];
  let uncaught = 0;
  const others = process.listeners('uncaughtException');

  beforeAll(async () => {
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', () => (uncaught += 1));
    database = await createTestDatabase();
    for (const dept of DEPARTMENTS) await database.query('INSERT INTO departments (id, name) VALUES ($1, $1)', [dept]);
    await database.query('CREATE TABLE stress_state (token text PRIMARY KEY, events int NOT NULL)');
    for (let n = 0; n < NODES; n++) nodes.push(await Node.start(database.url, alarms));
  });
  afterAll(async () => {
    for (const reader of readers) reader.leave();
    for (const node of nodes) await node.stop();
    await database.drop();
    process.removeAllListeners('uncaughtException');
    for (const listener of others) process.on('uncaughtException', listener);
  });

  /** Ends a connection in the middle of its work; now and then a poller's. */
  async function endSomebody(): Promise<number> {
    const victims = Math.random() < 0.1 ? 'wardline-poller' : 'wardline-requests';
    const rows = await database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = $1 AND (state <> 'idle' OR $1 = 'wardline-poller') ORDER BY random() LIMIT 1`,
      [victims],
    );
    return rows.length;
  }

  async function heads(): Promise<Map<string, number>> {
    const rows = await database.query<{ dept: string; head: number }>('SELECT dept_id AS dept, last_seq::int AS head FROM dept_stream');
    return new Map(rows.map(({ dept, head }) => [dept, head]));
  }

  it(
    'gives each follower exactly what was committed in its department, in order, nothing lost and nothing twice',
    // A second try would find the log of the first.
    { timeout: LONGEST_RUN_MS + 2 * CATCH_UP_MS, retry: 0 },
    async () => {
      const ledger = new Ledger();
      const present = new Set<Reader>();
      const begun = performance.now();
      const running = () => {
        const ms = performance.now() - begun;
        return ms < RUN_MS || (readers.length < FEWEST_FOLLOWERS && ms < LONGEST_RUN_MS);
      };
      let terminations = 0;

      const join = async () => {
        const dept = oneOf(DEPARTMENTS);
        const head = (await heads()).get(dept) ?? 0;
        const after = oneOf([0, head, Math.floor(Math.random() * (head + 1))]);
        const reader = new Reader(oneOf(nodes), dept, after);
        readers.push(reader);
        present.add(reader);
        await reader.follow();
      };
      const comeAndGo = async () => {
        while (running()) {
          await sleep(Math.random() * 2 * (RUN_MS / FOLLOWERS));
          await join();
          await oneOf([...present]).move(oneOf(nodes));
          if (Math.random() < 0.5) continue;
          const leaving = oneOf([...present]);
          leaving.leave();
          present.delete(leaving);
        }
      };
      const endConnections = async () => {
        while (running()) {
          await sleep(Math.random() * 60);
          terminations += await endSomebody();
        }
      };
      const writers = nodes.flatMap((node, n) =>
        Array.from({ length: WRITERS_PER_NODE }, (_, w) => write(node, `${String(n)}.${String(w)}`, ledger, running)),
      );
      await Promise.all([...writers, comeAndGo(), endConnections()]);

      const end = await heads();
      const behind = () =>
        [...present]
          .filter((reader) => !reader.misled && reader.cursor < (end.get(reader.dept) ?? 0))
          .map((reader) => `${reader.dept} at ${String(reader.cursor)}`);
      await expect.poll(behind, { timeout: CATCH_UP_MS }).toEqual([]);

      const log = await database.query<{ dept: string; seq: number; id: string; token: string }>(
        `SELECT dept_id AS dept, seq::int AS seq, id, payload ->> 'staff_id' AS token FROM events ORDER BY dept_id, seq`,
      );
      const committed = new Map(DEPARTMENTS.map((dept) => [dept as string, log.filter((event) => event.dept === dept)]));
      let lost = 0;
      let outOfOrder = 0;
      let wrong = 0;
      let deliveries = 0;
      for (const reader of readers) {
        const events = committed.get(reader.dept) ?? [];
        const last = present.has(reader) ? (end.get(reader.dept) ?? 0) : reader.cursor;
        const got = new Set(reader.received.map((event) => event.seq));
        deliveries += reader.received.length;
        outOfOrder += reader.received.filter((event, i) => event.seq !== reader.after + 1 + i).length;
        lost += events.filter((event) => event.seq > reader.after && event.seq <= last && !got.has(event.seq)).length;
        wrong += reader.received.filter((event) => events[event.seq - 1]?.id !== event.id).length;
      }
      const restarts = readers.flatMap((reader) => reader.restarts);
      console.info(
        `event log: ${String(log.length)} events of ${String(ledger.acknowledged.size)} acknowledged transactions, ${String(ledger.rolledBack.size)} rolled back, ` +
          `${String(terminations)} connections ended, ${String(ledger.unknown.size)} outcomes unknown; ${String(readers.length)} subscribers on ${String(NODES)} nodes, ` +
          `${String(deliveries)} deliveries, ${String(restarts.length)} resumed; lost ${String(lost)}, out of order ${String(outOfOrder)}, wrong ${String(wrong)}`,
      );
      expect({ lost, outOfOrder, wrong, alarms: alarms.length }).toEqual({ lost: 0, outOfOrder: 0, wrong: 0, alarms: 0 });
      expect(uncaught, 'errors that would have ended a node').toBe(0);
      // A follower may fail with its connection; no hole, no other history.
      expect(restarts.filter((reason) => reason !== 'failed' && reason !== 'moved')).toEqual([]);
      // Each of these has happened, or nothing was proven.
      for (const count of [log.length, ledger.acknowledged.size, ledger.rolledBack.size, terminations, ledger.unknown.size, deliveries])
        expect(count).toBeGreaterThan(10);
      expect(readers.length).toBeGreaterThanOrEqual(FEWEST_FOLLOWERS);

      const perToken = new Map<string, number>();
      for (const { token } of log) perToken.set(token, (perToken.get(token) ?? 0) + 1);
      const state = await database.query<{ token: string; events: number }>('SELECT token, events FROM stress_state');
      expect(new Map(state.map(({ token, events }) => [token, events])), 'state and events commit together').toEqual(perToken);
      const missing = [...ledger.acknowledged].filter(([token, events]) => perToken.get(token) !== events);
      expect(missing, 'acknowledged and not, or not wholly, in the log').toEqual([]);
      const resurrected = [...perToken.keys()].filter((token) => !ledger.acknowledged.has(token) && !ledger.unknown.has(token));
      expect(resurrected, 'in the log although rolled back').toEqual([]);
    },
  );

  it('leaves a log without holes in the database, its chains whole, its times rising', async () => {
    const faults = await database.query(
      `SELECT dept_id, seq FROM (
         SELECT *, lag(seq, 1, 0) OVER log AS before, lag(hash, 1, ''::bytea) OVER log AS last_hash, lag(at, 1, '-infinity') OVER log AS last_at
         FROM events WINDOW log AS (PARTITION BY dept_id ORDER BY seq)
       ) e
       WHERE seq <> before + 1 OR prev_hash <> last_hash OR at < last_at
         OR hash <> event_hash(prev_hash, dept_id, seq, id, type, payload, call_id, actor_id, at)`,
    );
    expect(faults).toEqual([]);
    const newest = await database.query(
      `SELECT s.dept_id FROM dept_stream s LEFT JOIN events e ON e.dept_id = s.dept_id AND e.seq = s.last_seq
       WHERE e.hash IS DISTINCT FROM s.last_hash OR e.at IS DISTINCT FROM s.last_at`,
    );
    expect(newest).toEqual([]);
    expect([...(await heads()).values()].every((head) => head > 0)).toBe(true);
  });
});
