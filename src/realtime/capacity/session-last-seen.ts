import { Inject, Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Logger } from '../../platform/logging/logger.js';
import { SESSION_SETTINGS } from '../../platform/config/config.module.js';
import type { SessionSettings } from '../../platform/config/settings/session.settings.js';
import { Database } from '../../platform/database/database.js';
import { statement } from '../../platform/database/statement.js';
import { SerialTask } from '../../platform/scheduling/serial-task.js';
import { ConnectionSlots } from './connection-slots.js';

/** The most that a crash forgets; never more than a third of the time in which a session counts as resuming. */
const MAX_INTERVAL_MS = 30_000;
const RETRY_MS = 1000;

/** In the order of ids, so that nodes that write the same sessions wait for one another and never deadlock. */
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
export class SessionLastSeen implements OnModuleInit, BeforeApplicationShutdown {
  private seen = new Set<string>();
  private readonly writing = new SerialTask(() => this.write());
  private interval: NodeJS.Timeout | undefined;
  /** The last write failed: the next one is the retry, whoever comes or goes meanwhile. */
  private hasFailed = false;

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
      this.request();
    });
    this.interval = setInterval(
      () => {
        this.seeAll();
        this.request();
      },
      Math.min(MAX_INTERVAL_MS, Math.max(1000, buffer / 3)),
    );
    this.writing.repeat(RETRY_MS);
  }

  /** Sessions that the end of this node disconnects come back elsewhere. */
  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.interval);
    await this.writing.stop();
    this.seeAll();
    await this.write();
  }

  private request(): void {
    if (!this.hasFailed) void this.writing.request();
  }

  private seeAll(): void {
    for (const sessionId of this.slots.sessionIds()) this.seen.add(sessionId);
  }

  /** Never rejects: what could not be written is written with the next. */
  private async write(): Promise<void> {
    const ids = this.seen;
    if (ids.size === 0) return;
    this.seen = new Set();
    try {
      await this.database.query(write, [[...ids]], 'engine');
      this.hasFailed = false;
    } catch (error) {
      this.hasFailed = true;
      this.logger.warn('sightings.write_failed', { error });
      for (const id of ids) this.seen.add(id);
    }
  }
}
