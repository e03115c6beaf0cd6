import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Logger } from '../../platform/logging/logger.js';
import { Database } from '../../platform/database/database.js';
import { statement } from '../../platform/database/statement.js';
import { Notifier, NOTIFIER_NAME } from './notifier.js';

const REFRESH_INTERVAL_MS = 60_000;

const subscribe = statement(
  'subscribe_notifier',
  'INSERT INTO notifier_subscriptions (name) VALUES ($1) ON CONFLICT (name) DO UPDATE SET seen_at = app_now()',
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

/** As long as a node has the notifier, and for 24 h after, annunciations are queued for it. */
@Injectable()
export class NotifierSubscriptions implements OnModuleInit {
  constructor(
    @Inject(Notifier) private readonly notifier: Notifier | null,
    private readonly database: Database,
    private readonly logger: Logger,
  ) {}

  /** Before this node places any call. */
  async onModuleInit(): Promise<void> {
    if (this.notifier && !NOTIFIER_NAME.test(this.notifier.name)) throw new Error(`a notifier's name must match ${NOTIFIER_NAME.source}`);
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
    } catch (error) {
      this.logger.warn('notifier.upkeep_failed', { error });
    }
  }

  private async refresh(): Promise<void> {
    if (this.notifier) await this.database.query(subscribe, [this.notifier.name], 'notifications');
  }
}
