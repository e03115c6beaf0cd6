import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { DATABASE_SETTINGS } from '../../platform/config/config.module.js';
import type { DatabaseSettings } from '../../platform/config/settings/database.settings.js';
import { Logger } from '../../platform/logging/logger.js';
import { Database } from '../../platform/database/database.js';
import { statement } from '../../platform/database/statement.js';
import { IS_OPEN } from '../calls/call.js';
import { type Notifier, NOTIFIER_NAME, NOTIFIERS } from './notifier.js';

const REFRESH_INTERVAL_MS = 60_000;

const subscribe = statement(
  'subscribe_notifier',
  'INSERT INTO notifier_subscriptions (name) VALUES ($1) ON CONFLICT (name) DO UPDATE SET seen_at = app_now()',
);
/** Askings that a notifier does not know of: those of before it was there, and of transactions that did not see it yet. */
const catchUp = statement(
  'catch_up_notifier',
  `INSERT INTO notifications (notifier, call_id, staff_id)
   SELECT $1, a.call_id, a.staff_id FROM calls c JOIN annunciations a ON a.call_id = c.id
   WHERE ${IS_OPEN} AND a.withdrawn_at IS NULL AND a.accepted_at IS NULL
   ON CONFLICT DO NOTHING`,
);
const end = statement(
  'end_subscriptions',
  `DELETE FROM notifier_subscriptions WHERE seen_at < app_now() - interval '24 hours' RETURNING name`,
);
const purge = statement(
  'purge_notifications',
  `WITH gone AS (
     DELETE FROM notifications WHERE ctid IN (SELECT n.ctid FROM notifications n
       WHERE NOT EXISTS (SELECT FROM notifier_subscriptions s WHERE s.name = n.notifier) LIMIT 10000)
     RETURNING notifier
   ) SELECT notifier, count(*)::int AS count FROM gone GROUP BY notifier`,
);

const forget = statement(
  'forget_notification_tries',
  `DELETE FROM notification_tries WHERE id IN (
     SELECT id FROM notification_tries WHERE tried_at < app_now() - make_interval(days => $1) ORDER BY tried_at LIMIT 10000)`,
);

/** As long as a node has the notifier, and for 24 h after, calls are queued for it. The record of tries is kept as long as events are. */
@Injectable()
export class NotifierSubscriptions implements OnModuleInit {
  constructor(
    @Inject(NOTIFIERS) private readonly notifiers: readonly Notifier[],
    private readonly database: Database,
    private readonly logger: Logger,
    @Inject(DATABASE_SETTINGS) private readonly settings: DatabaseSettings,
  ) {}

  /** Before this node places any call. */
  async onModuleInit(): Promise<void> {
    const names = this.notifiers.map(({ name }) => name);
    if (!names.every((name) => NOTIFIER_NAME.test(name))) throw new Error(`a notifier's name must match ${NOTIFIER_NAME.source}`);
    if (new Set(names).size < names.length) throw new Error(`two notifiers have one name: ${names.join(', ')}`);
    await this.refresh();
  }

  /** Every node ends the subscriptions that none keeps fresh any more. */
  @Interval(REFRESH_INTERVAL_MS)
  async run(): Promise<void> {
    try {
      await this.refresh();
      for (const { name } of await this.database.query<{ name: string }>(end, [], 'notifications')) {
        this.logger.warn('notifier.unsubscribed', { notifier: name });
      }
      for (const { notifier, count } of await this.database.query<{ notifier: string; count: number }>(purge, [], 'notifications')) {
        this.logger.warn('notifications.dropped', { notifier, count });
      }
      await this.database.query(forget, [this.settings.EVENT_RETENTION_DAYS], 'notifications');
    } catch (error) {
      this.logger.warn('notifier.upkeep_failed', { error });
    }
  }

  private async refresh(): Promise<void> {
    for (const { name } of this.notifiers) {
      await this.database.query(subscribe, [name], 'notifications');
      await this.database.query(catchUp, [name], 'notifications');
    }
  }
}
