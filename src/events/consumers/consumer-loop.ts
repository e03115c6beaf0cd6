import type { Logger } from '../../platform/logging/logger.js';
import type { Database, Row } from '../../platform/database/database.js';
import { statement } from '../../platform/database/statement.js';
import type { Transaction, Transactions } from '../../platform/database/transactions.js';
import type { ExtensionGuard } from '../../platform/extensions/extension-guard.js';
import type { DueWork } from '../../platform/scheduling/due-work.js';
import type { ConsumedEvent, EventConsumer } from './event-consumer.js';

/** Less than the server lets a transaction be idle. */
const DEADLINE_MS = 2500;
const MAX_BATCH = 50;
/** A batch that took so long is committed as far as it came. */
const BATCH_MS = 2000;
const SUBSCRIBE_EVERY_MS = 10_000;

/** A department that is new is read from its first event, by a consumer that is not. */
const subscribe = statement(
  'subscribe_consumer',
  `INSERT INTO event_consumers (name, dept_id, seq)
   SELECT $1, s.dept_id, CASE WHEN $2 OR EXISTS (SELECT FROM event_consumers c WHERE c.name = $1) THEN s.purged_seq ELSE s.last_seq END
   FROM dept_stream s ON CONFLICT DO NOTHING`,
);
const claim = statement(
  'claim_consumer',
  `SELECT c.dept_id AS dept, c.seq::float8 AS seq, c.failures, s.last_seq::float8 AS head, s.purged_seq::float8 AS purged
   FROM event_consumers c JOIN dept_stream s USING (dept_id)
   WHERE c.name = $1 AND s.last_seq > c.seq AND (c.retry_at IS NULL OR c.retry_at <= app_now())
   ORDER BY c.retry_at NULLS FIRST, c.seq LIMIT 1 FOR UPDATE OF c SKIP LOCKED`,
);
const read = statement(
  'read_consumed_events',
  `SELECT dept_id AS dept, seq::float8 AS seq, id, type, iso(at) AS time, payload AS data, trace FROM events
   WHERE dept_id = $1 AND seq > $2 AND seq <= $3 AND type = ANY($4) ORDER BY events.seq LIMIT $5`,
);
const move = statement(
  'move_consumer',
  'UPDATE event_consumers SET seq = $3, failures = 0, retry_at = NULL WHERE name = $1 AND dept_id = $2',
);
/** Not where another node has gone on since: the event that failed here is handled. */
const putOff = statement(
  'put_consumer_off',
  `UPDATE event_consumers SET failures = failures + 1, retry_at = app_now() + make_interval(secs => least(60, 2 ^ least(failures, 6)))
   WHERE name = $1 AND dept_id = $2 AND seq = $3`,
);
const nextRetry = statement(
  'next_consumer_retry',
  `SELECT (extract(epoch FROM min(c.retry_at) - app_now()) * 1000)::float8 AS ms FROM event_consumers c JOIN dept_stream s USING (dept_id)
   WHERE c.name = $1 AND s.last_seq > c.seq`,
);

interface Claimed extends Row {
  dept: string;
  seq: number;
  failures: number;
  head: number;
  purged: number;
}

/** An event that the consumer could not handle. Nothing of its batch is kept. */
class EventFailed extends Error {
  override readonly name = 'EventFailed';

  /** @param before events of the batch that were handled before it */
  constructor(readonly before: number) {
    super('a consumer could not handle an event');
  }
}

interface ConsumerLoopParts {
  readonly database: Database;
  readonly transactions: Transactions;
  readonly guard: ExtensionGuard;
  readonly logger: Logger;
}

/** One consumer's work: a batch of a department's events in a transaction, which moves the cursor. */
export class ConsumerLoop implements DueWork {
  readonly name: string;
  /** The consumer is guarded where it is called. */
  readonly isTrusted = true;
  private subscribedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly consumer: EventConsumer,
    private readonly parts: ConsumerLoopParts,
  ) {
    this.name = `event consumer ${consumer.name}`;
  }

  /** A cursor in every department: before the first event that it is to see. */
  async subscribe(): Promise<void> {
    await this.parts.database.query(subscribe, [this.consumer.name, this.consumer.from === 'start'], 'extensions');
    this.subscribedAt = performance.now();
  }

  async handleOne(): Promise<boolean> {
    if (performance.now() - this.subscribedAt > SUBSCRIBE_EVERY_MS) await this.subscribe();
    return this.handleBatch(MAX_BATCH);
  }

  async nextDueIn(): Promise<number | undefined> {
    const [row] = await this.parts.database.query<{ ms: number | null }>(nextRetry, [this.consumer.name], 'extensions');
    return row?.ms ?? undefined;
  }

  private async handleBatch(most: number): Promise<boolean> {
    let tried: Claimed | undefined;
    try {
      return await this.parts.transactions.run(async (tx) => {
        const claimed = await tx.one<Claimed>(claim, [this.consumer.name]);
        if (!claimed) return false;
        tried = claimed;
        await this.advance(tx, claimed, claimed.failures > 0 ? 1 : most);
        return true;
      }, 'extensions');
    } catch (error) {
      if (tried === undefined) throw error;
      const { dept, seq } = tried;
      // The events before it are handled by themselves; what was rolled back comes once more.
      if (error instanceof EventFailed && error.before > 0) return this.handleBatch(error.before);
      if (!(error instanceof EventFailed)) this.parts.logger.error('event_consumer.failed', { consumer: this.consumer.name, dept, error });
      await this.parts.database.query(putOff, [this.consumer.name, dept, seq], 'extensions');
      return true;
    }
  }

  private async advance(tx: Transaction, { dept, seq, head, purged }: Claimed, most: number): Promise<void> {
    const { consumer } = this;
    if (seq < purged) this.parts.logger.warn('event_consumer.events_purged', { consumer: consumer.name, dept, from: seq + 1, to: purged });
    const events = await tx.query<ConsumedEvent & Row>(read, [dept, seq, head, consumer.types, most]);
    const startedAt = performance.now();
    let handled = 0;
    for (const event of events) {
      await this.handle(tx, event, handled);
      handled++;
      if (performance.now() - startedAt > BATCH_MS) break;
    }
    const isAll = handled === events.length && events.length < most;
    await tx.query(move, [consumer.name, dept, isAll ? head : (events[handled - 1]?.seq ?? head)]);
  }

  /** @throws EventFailed */
  private async handle(tx: Transaction, event: ConsumedEvent, before: number): Promise<void> {
    await this.parts.guard.call({
      point: this.name,
      subject: event.dept,
      deadlineMs: DEADLINE_MS,
      isBackground: true,
      isAnswer: () => false,
      work: () => this.consumer.handle(tx, event),
      fallback: () => {
        // A statement that comes late must not be another transaction's.
        const failed = new EventFailed(before);
        tx.abandon(failed);
        throw failed;
      },
    });
  }
}
