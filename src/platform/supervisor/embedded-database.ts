import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../logging/logger.js';
import type { DatabaseSettings } from '../config/settings/database.settings.js';
import { type DatabaseServer, embeddedServer } from '../../startup/database-server.js';
import { messageOf } from '../database/embedded/support/embedded-postgres-error.js';
import type { DatabaseUrls } from './link/messages.js';

const ATTEMPTS = 6;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5000;
/** Passes when an operator makes room. */
const FULL_DISK = /No space left on device|ENOSPC/;

interface Listeners {
  /** It runs again, and is to be reached in another way than before. */
  onMoved(): void;
  /** It cannot be brought back. */
  onLost(reason: string): void;
}

/** The embedded database for as long as the supervisor lives: it outlives workers, and is started again when it ends unasked. */
export class EmbeddedDatabase {
  private server: DatabaseServer | undefined;
  private starting: Promise<void> | undefined;
  private stopping = false;

  constructor(
    private readonly settings: DatabaseSettings,
    private readonly logger: Logger,
    private readonly listeners: Listeners,
  ) {}

  /** @throws EmbeddedPostgresError */
  async start(): Promise<void> {
    this.starting = this.open();
    await this.starting;
  }

  /** @throws Error before it was started */
  get urls(): DatabaseUrls {
    if (!this.server) throw new Error('the database was never started');
    return { ownerUrl: this.server.ownerUrl, applicationUrl: this.server.applicationUrl };
  }

  /** It is not started again when it ends: the supervisor is about to stop it, and whatever ends that may end it too. */
  letGo(): void {
    this.stopping = true;
  }

  /** Also while it starts. @throws EmbeddedPostgresError STOP_FAILED */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.starting?.catch(() => undefined);
    await this.server?.stop();
  }

  private async open(): Promise<void> {
    this.server = await embeddedServer(this.settings, this.logger, (reason) => {
      this.logger.error('database.lost', { reason });
      if (!this.stopping) this.starting = this.revive(reason);
    });
  }

  /**
   * Workers wait for it: their sockets stay, and what needs the database answers UNAVAILABLE. A full disk is no reason to give up: the ward goes on
   * by itself when there is room again.
   */
  private async revive(reason: string): Promise<void> {
    const before = this.server?.applicationUrl;
    let failures = 0;
    for (let attempt = 1; failures < ATTEMPTS && !this.stopping; attempt++) {
      try {
        await this.open();
        this.logger.info('database.restarted', { attempt });
        if (this.server?.applicationUrl !== before) this.listeners.onMoved();
        return;
      } catch (error) {
        this.logger.error('database.restart_failed', { attempt, error });
        if (!FULL_DISK.test(messageOf(error))) failures++;
        await sleep(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt));
      }
    }
    if (!this.stopping) this.listeners.onLost(reason);
  }
}
