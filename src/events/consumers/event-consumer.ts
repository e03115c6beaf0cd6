import type { Transaction } from '../../platform/database/transactions.js';

/** One event, as a consumer gets it. */
export interface ConsumedEvent {
  readonly dept: string;
  /** 1, 2, 3 … within the department. */
  readonly seq: number;
  /** The same whenever the event comes again. */
  readonly id: string;
  readonly type: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** W3C traceparent of the command that the event came of, where that was traced. */
  readonly trace: string | null;
}

/** The form of {@link EventConsumer.name}. */
export const CONSUMER_NAME = /^[a-z][a-z0-9_-]{0,31}$/;

/**
 * Extension point: work that follows events, such as a bed to be cleaned once a patient has left. Register it with `EventConsumers` while modules are
 * initialised.
 *
 * Wardline promises, for each department: events of the named types come in the order of the log, at least once, to one node at a time. The cursor
 * moves in the transaction that `handle` works in, so what it writes there is written exactly once. A new consumer begins with the next event, or with
 * the oldest one that is kept (`from: 'start'`); a cursor that lies before the retention goes on behind it. Events come right after their commit on the
 * node that wrote them, within a second on others.
 *
 * When `handle` throws, or has not settled within 2.5 s, nothing of it is kept. The event comes again after 1, 2, 4 … 60 s; the department's later
 * events wait, other departments and consumers do not. `/healthz` is `degraded` and names the consumer, and so do `GET /admin/extensions` and
 * `wardline_extension_failures_total`. Readiness stays green.
 *
 * An implementation changes state by the transaction that it is given, appends events by `EventLog.append`, and sends nothing by other ways that would
 * not bear a repetition. It keeps its `name`: the cursor is kept under it.
 */
export abstract class EventConsumer {
  /** {@link CONSUMER_NAME}; unique in the installation. */
  abstract readonly name: string;
  /** The types of events that it wants; never empty. */
  abstract readonly types: readonly string[];
  /** The place at which a consumer that is new begins; `now` by default. */
  readonly from?: 'now' | 'start';
  abstract handle(tx: Transaction, event: ConsumedEvent): Promise<void>;
}
