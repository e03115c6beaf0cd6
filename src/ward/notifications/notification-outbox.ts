import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { statement } from '../../platform/database/statement.js';
import type { Annunciation } from './notifier.js';

/** Longer than a try may take. */
const LEASE_SEC = 60;
const MAX_PAUSE_SEC = 256;

/** MATERIALIZED: the row is chosen once, whatever the plan. */
const lease = statement(
  'lease_notification',
  `WITH due AS MATERIALIZED (
     SELECT notifier, call_id, staff_id FROM notifications WHERE notifier = $1 AND due_at <= app_now()
     ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
   UPDATE notifications n SET tries = n.tries + 1, due_at = app_now() + make_interval(secs => ${String(LEASE_SEC)})
   FROM due JOIN calls c ON c.id = due.call_id JOIN annunciations a ON a.call_id = due.call_id AND a.staff_id = due.staff_id
   WHERE n.notifier = due.notifier AND n.call_id = due.call_id AND n.staff_id = due.staff_id
   RETURNING n.tries, n.call_id || ':' || n.staff_id AS id, n.call_id, c.dept_id AS dept, c.room_id, c.type AS call_type,
     c.priority, c.level, n.staff_id, iso(a.queued_at) AS queued_at`,
);
const remove = statement('remove_notification', 'DELETE FROM notifications WHERE notifier = $1 AND call_id = $2 AND staff_id = $3');
const postpone = statement(
  'postpone_notification',
  `UPDATE notifications SET due_at = app_now() + make_interval(secs => least(2 ^ (tries - 1), ${String(MAX_PAUSE_SEC)}))
   WHERE notifier = $1 AND call_id = $2 AND staff_id = $3 AND tries = $4`,
);
const nextDue = statement(
  'next_notification_due',
  'SELECT (extract(epoch FROM min(due_at) - app_now()) * 1000)::float8 AS ms FROM notifications WHERE notifier = $1',
);

/** An annunciation that is this node's to tell, for the time of the lease. */
export interface Leased {
  annunciation: Annunciation;
  /** This one included. */
  tries: number;
}

/**
 * What notifiers are still to be told. Every change is a single short statement, on a pool of its own: no transaction is open
 * while a notifier is asked.
 */
@Injectable()
export class NotificationOutbox {
  constructor(private readonly database: Database) {}

  async lease(notifier: string): Promise<Leased | undefined> {
    const [row] = await this.database.query<Annunciation & { tries: number }>(lease, [notifier], 'notifications');
    if (!row) return undefined;
    const { tries, ...annunciation } = row;
    return { annunciation, tries };
  }

  /** Delivered, or given up. */
  async remove(notifier: string, { annunciation: { call_id, staff_id } }: Leased): Promise<void> {
    await this.database.query(remove, [notifier, call_id, staff_id], 'notifications');
  }

  /** Again after 1, 2, 4 … seconds; not when the lease has ended meanwhile and another node tries. */
  async postpone(notifier: string, { annunciation: { call_id, staff_id }, tries }: Leased): Promise<void> {
    await this.database.query(postpone, [notifier, call_id, staff_id, tries], 'notifications');
  }

  async nextDueIn(notifier: string): Promise<number | undefined> {
    const [row] = await this.database.query<{ ms: number | null }>(nextDue, [notifier], 'notifications');
    return row?.ms ?? undefined;
  }
}
