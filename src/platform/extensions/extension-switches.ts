import { Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Database, type Row } from '../database/database.js';
import { PgNotifier } from '../database/notify/pg-notifier.js';
import { statement } from '../database/statement.js';
import type { Transaction } from '../database/transactions.js';
import { Logger } from '../logging/logger.js';
import { ExtensionGuard } from './extension-guard.js';

const CHANNEL = 'wardline_extensions';
/** The net under the notice. */
const READ_INTERVAL_MS = 10_000;

const list = statement(
  'list_extension_points',
  'SELECT point, iso(stuck_at) AS stuck_at, iso(off_since) AS off_since FROM extension_points',
);
const enable = statement(
  'enable_extension_point',
  'UPDATE extension_points SET off_since = NULL WHERE point = $1 AND off_since IS NOT NULL RETURNING point',
);

/** A point that has held a process up. */
export interface StuckPoint {
  point: string;
  stuck_at: string;
  /** Null where it is in use. */
  off_since: string | null;
}

/**
 * Points that are off on every node: their code held a process up twice within ten minutes, and the watchdog ended it. They stay on their fallback
 * until an administrator enables them again.
 */
@Injectable()
export class ExtensionSwitches implements OnModuleInit, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private reading: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    private readonly notifier: PgNotifier,
    private readonly guard: ExtensionGuard,
    private readonly logger: Logger,
  ) {}

  /** Before anything of a hospital's own is called. */
  async onModuleInit(): Promise<void> {
    await this.read();
    this.notifier.listen(CHANNEL, () => {
      this.readSoon();
    });
    this.timer = setInterval(() => {
      this.readSoon();
    }, READ_INTERVAL_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.reading;
  }

  list(): Promise<StuckPoint[]> {
    return this.database.query<StuckPoint & Row>(list);
  }

  /** @returns false where the point is not off */
  async enable(tx: Transaction, point: string): Promise<boolean> {
    if (!(await tx.one(enable, [point]))) return false;
    tx.afterCommit(() => {
      this.readSoon();
      void this.notifier.notify(CHANNEL);
    });
    return true;
  }

  private readSoon(): void {
    this.reading = this.reading.then(() =>
      this.read().catch((error: unknown) => {
        this.logger.warn('extensions.read_failed', { error });
      }),
    );
  }

  private async read(): Promise<void> {
    const rows = await this.database.query<StuckPoint & Row>(list, [], 'poller');
    this.guard.switchOff(new Set(rows.filter(({ off_since }) => off_since !== null).map(({ point }) => point)));
  }
}
