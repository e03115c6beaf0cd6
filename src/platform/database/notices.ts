import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import pg from 'pg';
import { Logger } from '../logging/logger.js';
import { Database, DATABASE_URL } from './database.js';
import { connectionOptions } from './pools.js';
import { statement } from './statement.js';

const RECONNECT_MS = 1000;

const notify = statement('notify', "SELECT pg_notify($1, '')");

/**
 * Tells every node on the database that something of theirs is out of date, by NOTIFY. A hint, not a message: it carries nothing, and one may be lost
 * with the connection, so who listens also looks at intervals. Never inside a business transaction, where NOTIFY takes a lock over all commits.
 */
@Injectable()
export class Notices implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly listeners = new Map<string, () => void>();
  private client: pg.Client | undefined;
  private connecting: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
    @Inject(DATABASE_URL) private readonly url: string,
  ) {}

  /** To be called while modules are initialised. `listener` hears notices of all nodes, this one's included; must not throw. */
  listen(channel: string, listener: () => void): void {
    this.listeners.set(channel, listener);
  }

  /** Never rejects: who is not told looks by themselves before long. */
  async tell(channel: string): Promise<void> {
    try {
      await this.database.query(notify, [channel]);
    } catch (error) {
      this.logger.warn('notice.failed', { channel, error });
    }
  }

  onApplicationBootstrap(): void {
    if (this.listeners.size > 0) this.connect();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.connecting;
    await this.client?.end();
  }

  /** Never rejects: what fails is tried again. */
  private connect(): void {
    this.connecting = this.open()
      .catch((error: unknown) => {
        this.logger.warn('notice.connection_failed', { error });
        this.connectLater();
      })
      .finally(() => (this.connecting = undefined));
  }

  private async open(): Promise<void> {
    const client = new pg.Client(connectionOptions(this.url, 'notices'));
    // A connection that is killed says so several times: the first one counts.
    const lost = () => {
      if (this.client !== client) return;
      this.client = undefined;
      this.connectLater();
    };
    client.on('error', lost);
    client.on('end', lost);
    client.on('notification', ({ channel }) => this.listeners.get(channel)?.());
    try {
      await client.connect();
      for (const channel of this.listeners.keys()) await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
    } catch (error) {
      await client.end().catch(() => undefined); // it failed already, and that is what is told
      throw error;
    }
    this.client = client;
    // What was told while nobody listened.
    for (const listener of this.listeners.values()) listener();
  }

  private connectLater(): void {
    if (this.stopped) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(
      () => {
        this.connect();
      },
      RECONNECT_MS * (1 + Math.random()),
    );
  }
}
