import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { statement } from '../../platform/database/statement.js';
import type { Notification } from './notifier.js';

/** Longer than a try may take. */
const LEASE_SEC = 60;
const MAX_PAUSE_SEC = 256;
/** A message is tried for a day. */
const GIVE_UP_SEC = 86_400;

const lease = statement('lease_notification', 'SELECT lease_notification($1, $2) AS leased');
const settle = statement(
  'settle_notification',
  'SELECT settle_notification($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) AS result',
);
const nextDue = statement(
  'next_notification_due',
  'SELECT (extract(epoch FROM min(due_at) - app_now()) * 1000)::float8 AS ms FROM notifications WHERE notifier = $1',
);
/** A message that is this node's to try, for the time of the lease. */
export interface Leased {
  notification: Notification;
  /** The message's tries, this one included. */
  tries: number;
  lease: number;
  generation: number;
  asked_at: string;
  repeats: number;
}

/** How a try ended. */
export interface Outcome {
  isDelivered: boolean;
  /** The receiver's words, or those of the failure. */
  answer: string | undefined;
  /** Seconds since the try began. */
  seconds: number;
}

export type TryResult = 'delivered' | 'failed' | 'given_up';

/**
 * The messages that wait for notifiers: `lease_notification` and `settle_notification` in the migrations. Every change is a
 * single short statement, on a pool of its own: no transaction is open during a call of a notifier.
 */
@Injectable()
export class NotificationOutbox {
  constructor(private readonly database: Database) {}

  async lease(notifier: string): Promise<Leased | undefined> {
    const [row] = await this.database.query<{ leased: Leased | null }>(lease, [notifier, LEASE_SEC], 'notifications');
    return row?.leased ?? undefined;
  }

  /** Writes down a try and what follows from it. A lease that has ended meanwhile changes nothing any more. */
  async settle(notifier: string, leased: Leased, { isDelivered, answer, seconds }: Outcome): Promise<TryResult> {
    const { notification: n, tries, asked_at, repeats } = leased;
    const [row] = await this.database.query<{ result: TryResult }>(
      settle,
      [
        ...[notifier, n.call_id, n.staff_id, n.id, n.type, leased.lease, leased.generation, tries, asked_at, n.level, n.priority, repeats],
        ...[seconds, isDelivered, answer ?? null, MAX_PAUSE_SEC, GIVE_UP_SEC],
      ],
      'notifications',
    );
    return row?.result ?? 'failed';
  }

  async nextDueIn(notifier: string): Promise<number | undefined> {
    const [row] = await this.database.query<{ ms: number | null }>(nextDue, [notifier], 'notifications');
    return row?.ms ?? undefined;
  }
}
