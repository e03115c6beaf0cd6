import { Inject, Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Logger } from '../../platform/logging/logger.js';
import { SESSION_SETTINGS } from '../../platform/config/config.module.js';
import type { SessionSettings } from '../../platform/config/session.settings.js';
import { Database } from '../../platform/database/database.js';
import { statement } from '../../platform/database/statement.js';
import { ConnectionSlots } from './connection-slots.js';

/** What a crash makes us forget at most; never more than a third of the time that a session counts as resuming. */
const MAX_INTERVAL_MS = 30_000;
const RETRY_MS = 1000;

/** In the order of ids, so that nodes that write the same sessions wait for one another instead of standing in a circle. */
const write = statement(
  'write_sightings',
  `UPDATE sessions SET socket_seen_at = app_now()
   WHERE id IN (SELECT id FROM sessions WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE)`,
);

/**
 * Writes down when sessions were last seen with a connection, where every node can read it: when one comes or goes, and of those that stay at
 * intervals. One statement at a time, for all that came meanwhile.
 */
@Injectable()
export class SessionSightings implements OnModuleInit, BeforeApplicationShutdown {
  private seen = new Set<string>();
  private writing: Promise<void> | undefined;
  private interval: NodeJS.Timeout | undefined;
  private retry: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly slots: ConnectionSlots,
    private readonly database: Database,
    private readonly logger: Logger,
    @Inject(SESSION_SETTINGS) private readonly settings: SessionSettings,
  ) {}

  onModuleInit(): void {
    const buffer = this.settings.SESSION_RECONNECT_BUFFER_SEC * 1000;
    if (buffer === 0) return; // nobody resumes, so nobody needs to know
    this.slots.onSeen((sessionId) => {
      this.seen.add(sessionId);
      this.work();
    });
    this.interval = setInterval(
      () => {
        for (const sessionId of this.slots.sessionIds()) this.seen.add(sessionId);
        this.work();
      },
      Math.min(MAX_INTERVAL_MS, Math.max(1000, buffer / 3)),
    );
  }

  /** Those that the end of this node disconnects come back elsewhere. */
  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.interval);
    clearTimeout(this.retry);
    await this.writing;
    for (const sessionId of this.slots.sessionIds()) this.seen.add(sessionId);
    this.stopped = true;
    await this.write();
  }

  private work(): void {
    if (this.writing || this.retry || this.stopped || this.seen.size === 0) return;
    this.writing = this.write().finally(() => {
      this.writing = undefined;
      this.work();
    });
  }

  /** Never rejects: what could not be written is written with the next. */
  private async write(): Promise<void> {
    const ids = this.seen;
    if (ids.size === 0) return;
    this.seen = new Set();
    try {
      await this.database.query(write, [[...ids]], 'engine');
    } catch (error) {
      this.logger.warn('sightings.write_failed', { error });
      for (const id of ids) this.seen.add(id);
      if (!this.stopped) this.retryLater();
    }
  }

  private retryLater(): void {
    this.retry = setTimeout(() => {
      this.retry = undefined;
      this.work();
    }, RETRY_MS);
  }
}
