import { Inject, Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Logger } from '../logging/logger.js';
import { HTTP_SETTINGS, REALTIME_SETTINGS, SESSION_SETTINGS } from '../config/config.module.js';
import type { HttpSettings } from '../config/settings/http.settings.js';
import type { SessionSettings } from '../config/settings/session.settings.js';
import type { RealtimeSettings } from '../config/settings/realtime.settings.js';
import { Database } from '../database/database.js';
import { PgNotifier } from '../database/notify/pg-notifier.js';
import { statement } from '../database/statement.js';
import { SerialTask } from '../scheduling/serial-task.js';
import { LIMIT_NAMES, type LimitName, type Limits, limitText, liveSettings } from './limits.js';

/** The channel on which nodes hear of a change at once. */
export const LIMITS_CHANNEL = 'wardline_limits';
/** The net under the notice. */
const READ_INTERVAL_MS = 5000;

const read = statement('read_limits', 'SELECT name, value FROM limits');

/** The limits in force on this node now: what an administrator has set, else the settings. */
@Injectable()
export class LiveLimits implements OnModuleInit, BeforeApplicationShutdown {
  /** The limits that hold until an administrator sets others. */
  readonly defaults: Limits;
  private limits: Limits;
  private readonly listeners: (() => void)[] = [];
  private readonly reading = new SerialTask(
    () => this.read(),
    (error) => {
      this.logger.warn('limits.read_failed', { error });
    },
  );

  constructor(
    private readonly database: Database,
    private readonly pgNotifier: PgNotifier,
    private readonly logger: Logger,
    @Inject(REALTIME_SETTINGS) realtime: RealtimeSettings,
    @Inject(HTTP_SETTINGS) http: HttpSettings,
    @Inject(SESSION_SETTINGS) session: SessionSettings,
  ) {
    const settings = { ...realtime, ...http, ...session };
    this.defaults = Object.fromEntries(LIMIT_NAMES.map((name) => [name, settings[name]])) as unknown as Limits;
    this.limits = this.defaults;
  }

  get current(): Limits {
    return this.limits;
  }

  /** Called synchronously after each change; must not throw. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /**
   * Read before the first connection.
   * @throws DomainError UNAVAILABLE when the database cannot tell
   */
  async onModuleInit(): Promise<void> {
    await this.read();
    this.pgNotifier.listen(LIMITS_CHANNEL, () => {
      void this.reading.request();
    });
    this.reading.repeat(READ_INTERVAL_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.reading.stop();
  }

  /** Call it after a committed change: resolves when the change is in force here and the other nodes are notified. Never rejects. */
  async changed(): Promise<void> {
    await Promise.all([this.reading.request(), this.pgNotifier.notify(LIMITS_CHANNEL)]);
  }

  private async read(): Promise<void> {
    const rows = await this.database.query<{ name: string; value: string }>(read, [], 'poller');
    const limits = { ...this.defaults, ...this.overrides(rows) };
    if (LIMIT_NAMES.every((name) => limitText(limits[name]) === limitText(this.limits[name]))) return;
    this.limits = limits;
    this.logger.info('limits.changed', Object.fromEntries(LIMIT_NAMES.map((name) => [name, limitText(limits[name])])));
    for (const listener of this.listeners) listener();
  }

  /** A row that this build does not understand, of a newer one, leaves the setting in force. */
  private overrides(rows: readonly { name: string; value: string }[]): Partial<Limits> {
    const overrides: Record<string, unknown> = {};
    for (const { name, value } of rows) {
      if (!LIMIT_NAMES.includes(name as LimitName)) continue;
      const parsed = liveSettings.shape[name as LimitName].safeParse(value);
      if (parsed.success) overrides[name] = parsed.data;
      else this.logger.warn('limits.not_understood', { name });
    }
    return overrides;
  }
}
