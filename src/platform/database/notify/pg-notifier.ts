import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import pg from 'pg';
import { Logger } from '../../logging/logger.js';
import type { BoundedClient } from '../bounded-client.js';
import { Database, DATABASE_URL } from '../database.js';
import { KeptConnection } from './kept-connection.js';
import { statement } from '../statement.js';

const PING_MS = 1000;

const notify = statement('notify', "SELECT pg_notify($1, '')");

/**
 * Notifies every node on the database, by NOTIFY, that something it holds is out of date. A notification carries nothing, and
 * may be lost with the connection, so listeners also look at intervals. Never inside a business transaction, where NOTIFY
 * takes a lock over all commits.
 */
@Injectable()
export class PgNotifier implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly listeners = new Map<string, () => void>();
  private readonly connection: KeptConnection;

  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
    @Inject(DATABASE_URL) url: string,
  ) {
    this.connection = new KeptConnection({
      url,
      name: 'notices',
      logger,
      prepare: (client) => this.subscribe(client),
      // To listen once more changes nothing, and is answered.
      ping: () => listenTo(this.channels[0] ?? 'wardline'),
      pingMs: PING_MS,
    });
  }

  /** To be called while modules are initialised. `listener` hears notices of all nodes, this one's included; must not throw. */
  listen(channel: string, listener: () => void): void {
    this.listeners.set(channel, listener);
  }

  /** Never rejects: a node that misses a notification looks by itself before long. */
  async notify(channel: string): Promise<void> {
    try {
      await this.database.query(notify, [channel]);
    } catch (error) {
      this.logger.warn('notice.failed', { channel, error });
    }
  }

  onApplicationBootstrap(): void {
    if (this.listeners.size === 0) return;
    this.connection.open().catch((error: unknown) => {
      this.logger.warn('notice.connection_failed', { error });
    });
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.connection.close();
  }

  private get channels(): string[] {
    return [...this.listeners.keys()];
  }

  private async subscribe(client: BoundedClient): Promise<void> {
    client.on('notification', ({ channel }) => this.listeners.get(channel)?.());
    for (const channel of this.channels) await client.query(listenTo(channel));
    // Notifications may have been lost while no connection listened.
    for (const listener of this.listeners.values()) listener();
  }
}

function listenTo(channel: string): string {
  return `LISTEN ${pg.escapeIdentifier(channel)}`;
}
