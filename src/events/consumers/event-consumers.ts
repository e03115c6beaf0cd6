import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { statement } from '../../platform/database/statement.js';
import { Transactions } from '../../platform/database/transactions.js';
import { ExtensionGuard } from '../../platform/extensions/extension-guard.js';
import { Logger } from '../../platform/logging/logger.js';
import { DueWorkScheduler } from '../../platform/scheduling/due-work-scheduler.js';
import { LogNotifier } from '../log/log-notifier.js';
import { ConsumerLoop } from './consumer-loop.js';
import { CONSUMER_NAME, type EventConsumer } from './event-consumer.js';
import { scrapedGauge } from '../../platform/metrics/metric-providers.js';

const list = statement(
  'list_event_consumers',
  `SELECT c.name, c.dept_id AS dept, c.seq::float8 AS seq, s.last_seq::float8 AS head, c.failures, iso(c.retry_at) AS retry_at
   FROM event_consumers c JOIN dept_stream s USING (dept_id) ORDER BY c.failures = 0, c.name, c.dept_id LIMIT 1000`,
);
const lag = statement(
  'event_consumer_lag',
  'SELECT c.name, max(s.last_seq - c.seq)::float8 AS lag FROM event_consumers c JOIN dept_stream s USING (dept_id) GROUP BY c.name',
);

/** A consumer's cursor in one department, as administrators see it. */
export interface ConsumerView {
  name: string;
  dept: string;
  /** The last event that was handled, and the newest one. */
  seq: number;
  head: number;
  /** Tries of the next event that failed. */
  failures: number;
  retry_at: string | null;
}

/** The consumers of events of this installation. */
@Injectable()
export class EventConsumers implements OnApplicationBootstrap {
  private readonly loops: ConsumerLoop[] = [];
  private readonly names = new Set<string>();

  constructor(
    private readonly scheduler: DueWorkScheduler,
    private readonly log: LogNotifier,
    private readonly database: Database,
    private readonly transactions: Transactions,
    private readonly guard: ExtensionGuard,
    private readonly logger: Logger,
  ) {}

  /**
   * Adds a consumer, while modules are initialised.
   * @throws Error for a name that is taken or that is none, and for a consumer that wants nothing
   */
  register(consumer: EventConsumer): void {
    const { name, types } = consumer;
    if (!CONSUMER_NAME.test(name)) throw new Error(`the name of an event consumer must match ${CONSUMER_NAME.source}`);
    if (this.names.has(name)) throw new Error(`two event consumers are called ${name}`);
    if (types.length === 0) throw new Error(`the event consumer ${name} names no type of event`);
    this.names.add(name);
    const { database, transactions, guard, logger } = this;
    const loop = new ConsumerLoop(consumer, { database, transactions, guard, logger });
    this.loops.push(loop);
    this.scheduler.register(loop);
    this.log.relay(() => {
      this.scheduler.wake(loop.name);
    });
  }

  /** Before this node writes any event. */
  async onApplicationBootstrap(): Promise<void> {
    for (const loop of this.loops) await loop.subscribe();
  }

  /** The cursors of all consumers that ever were, those that fail first. */
  list(): Promise<ConsumerView[]> {
    return this.database.query<ConsumerView & Record<string, unknown>>(list);
  }

  /** Events that the slowest department of each consumer is behind. */
  async lags(): Promise<{ name: string; lag: number }[]> {
    if (this.names.size === 0) return [];
    return this.database.query<{ name: string; lag: number }>(lag, [], 'probes');
  }
}

export const consumerLagMetric = scrapedGauge(
  {
    name: 'wardline_event_consumer_lag',
    help: 'Events that a consumer of a hospital’s own is behind, in its slowest department.',
    labelNames: ['consumer'],
  },
  EventConsumers,
  async (gauge, consumers) => {
    // A scrape must not fail with the database: the last figures stay.
    for (const { name, lag: behind } of await consumers.lags().catch(() => [])) gauge.set({ consumer: name }, behind);
  },
);
