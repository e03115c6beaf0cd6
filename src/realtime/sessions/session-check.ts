import { setImmediate as nextTurn } from 'node:timers/promises';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { belongsTo, type ReaderPrincipal, usernameOf } from '../../identity/access/principal.js';
import { SessionEndings } from '../../identity/sessions/session-endings.js';
import { type LiveReader, ReaderSessions } from '../../identity/boards/reader-sessions.js';
import { SerialTask } from '../../platform/scheduling/serial-task.js';
import { Logger } from '../../platform/logging/logger.js';
import { SESSION_SETTINGS } from '../../platform/config/config.module.js';
import type { SessionSettings } from '../../platform/config/settings/session.settings.js';
import type { Connection } from '../connection/connection.js';
import { Connections } from '../connection/connections.js';
import { SessionWarnings } from '../connection/session-warnings.js';
import { Subscriptions } from '../subscriptions/subscriptions.service.js';

/** Sessions looked at in one turn of the event loop. */
const SLICE = 500;
/** A connection takes no longer to open: roles and memberships that were read at its beginning may have changed meanwhile. */
const OPENING_MS = 60_000;
/** One check is for all that were opened in this time. */
const GATHER_MS = 500;

/** Sockets live no longer than their sessions: closed when one is ended, and checked all together every interval. */
@Injectable()
export class SessionCheck implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly checking = new SerialTask(() => this.check());
  private readonly warnings: SessionWarnings;
  private gathering: NodeJS.Timeout | undefined;

  constructor(
    private readonly sessions: ReaderSessions,
    private readonly endings: SessionEndings,
    private readonly connections: Connections,
    private readonly subscriptions: Subscriptions,
    private readonly logger: Logger,
    @Inject(SESSION_SETTINGS) private readonly settings: SessionSettings,
  ) {
    this.warnings = new SessionWarnings(settings);
  }

  onApplicationBootstrap(): void {
    this.endings.listen({
      ended: (sessionIds) => {
        for (const sessionId of sessionIds) this.revoke(sessionId);
      },
      changed: () => {
        void this.checking.request();
      },
    });
    this.connections.onAdded(() => {
      if (this.endings.hasChangedWithin(OPENING_MS)) this.checkSoon();
    });
    this.checking.repeat(this.settings.SESSION_CHECK_INTERVAL_SEC * 1000);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearTimeout(this.gathering);
    await this.checking.stop();
  }

  private checkSoon(): void {
    this.gathering ??= setTimeout(() => {
      this.gathering = undefined;
      void this.checking.request();
    }, GATHER_MS);
  }

  /** One query for all sockets of the node. A database that cannot answer revokes nobody. */
  private async check(): Promise<void> {
    const sessionIds = this.connections.sessionIds();
    if (sessionIds.length === 0) return;
    // One that is opened during the read may know more than it. A check of its own follows where something has changed.
    const readers = sessionIds.map((sessionId) => [...this.connections.ofSession(sessionId)]);
    try {
      await this.sessions.touch(this.activeSessions(), sessionIds);
      const live = await this.sessions.live(sessionIds);
      for (const [index, sessionId] of sessionIds.entries()) {
        if (index % SLICE === SLICE - 1) await nextTurn();
        const session = live.get(sessionId);
        if (!session) this.revoke(sessionId);
        else for (const connection of readers[index] ?? []) this.renew(connection, session);
      }
    } catch (error) {
      this.logger.warn('session_check.failed', { error });
    }
  }

  /** Sessions whose sockets gave a command since the last check. */
  private activeSessions(): string[] {
    const active = [...this.connections.all()].filter((connection) => connection.active);
    for (const connection of active) connection.active = false;
    return active.map((connection) => connection.principal.sessionId);
  }

  private revoke(sessionId: string): void {
    for (const connection of [...this.connections.ofSession(sessionId)]) connection.revoke(this.settings.SESSION_REVOKE_CLOSE_CODE);
  }

  /** Role and memberships as they are now, and how long it will be so. */
  private renew(connection: Connection, session: LiveReader): void {
    this.warnings.warn(connection, session);
    const { principal } = session;
    if (!isSame(connection.principal, principal)) connection.principal = principal;
    for (const dept of [...connection.subscriptions.keys()]) {
      if (!belongsTo(principal, dept)) this.subscriptions.endMembership(connection, dept);
    }
  }
}

/** The fields that a check compares. */
function isSame(before: ReaderPrincipal, now: ReaderPrincipal): boolean {
  const { departments } = before;
  return (
    before.role === now.role &&
    before.name === now.name &&
    usernameOf(before) === usernameOf(now) &&
    departments.length === now.departments.length &&
    departments.every((dept, index) => dept === now.departments[index])
  );
}
