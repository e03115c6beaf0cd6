import { setImmediate as nextTurn } from 'node:timers/promises';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { belongsTo, type StaffPrincipal } from '../../identity/access/principal.js';
import { SessionEndings } from '../../identity/sessions/session-endings.js';
import { type LiveSession, SessionsService } from '../../identity/sessions/sessions.service.js';
import { Logger } from '../../platform/logging/logger.js';
import { SESSION_SETTINGS } from '../../platform/config/config.module.js';
import type { SessionSettings } from '../../platform/config/session.settings.js';
import type { Connection } from '../connection/connection.js';
import { Connections } from '../connection/connections.js';
import { SessionWarnings } from '../connection/session-warnings.js';
import { Subscriptions } from '../subscriptions/subscriptions.service.js';

/** Sessions looked at in one turn of the event loop. */
const SLICE = 500;

/** Sockets live no longer than their sessions: closed when one is ended, and checked all together every interval. */
@Injectable()
export class SessionCheck implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private checking: Promise<void> | undefined;
  private again = false;
  private stopped = false;
  private readonly warnings: SessionWarnings;

  constructor(
    private readonly sessions: SessionsService,
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
        this.checkSoon();
      },
    });
    this.timer = setInterval(() => {
      this.checkSoon();
    }, this.settings.SESSION_CHECK_INTERVAL_SEC * 1000);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.checking;
  }

  /** One check at a time; who asks during one gets another after it. */
  private checkSoon(): void {
    if (this.checking) {
      this.again = true;
      return;
    }
    this.checking = this.check().finally(() => {
      this.checking = undefined;
      if (this.again && !this.stopped) this.checkSoon();
      this.again = false;
    });
  }

  /** One query for all sockets of the node. A database that cannot answer revokes nobody. */
  private async check(): Promise<void> {
    const sessionIds = this.connections.sessionIds();
    if (sessionIds.length === 0) return;
    try {
      await this.sessions.touch(this.activeSessions(), sessionIds);
      const live = await this.sessions.live(sessionIds);
      for (const [index, sessionId] of sessionIds.entries()) {
        if (index % SLICE === SLICE - 1) await nextTurn();
        const session = live.get(sessionId);
        if (!session) this.revoke(sessionId);
        else for (const connection of [...this.connections.ofSession(sessionId)]) this.renew(connection, session);
      }
    } catch (error) {
      this.logger.warn('session_check.failed', { error });
    }
  }

  /** Whose sockets gave a command since the last check. */
  private activeSessions(): string[] {
    const active = [...this.connections.all()].filter((connection) => connection.active);
    for (const connection of active) connection.active = false;
    return active.map((connection) => connection.principal.sessionId);
  }

  private revoke(sessionId: string): void {
    for (const connection of [...this.connections.ofSession(sessionId)]) connection.revoke(this.settings.SESSION_REVOKE_CLOSE_CODE);
  }

  /** Role and memberships as they are now, and how long it will be so. */
  private renew(connection: Connection, session: LiveSession): void {
    this.warnings.warn(connection, session);
    const { principal } = session;
    if (!isSame(connection.principal, principal)) connection.principal = principal;
    for (const dept of [...connection.subscriptions.keys()]) {
      if (!belongsTo(principal, dept)) this.subscriptions.endMembership(connection, dept);
    }
  }
}

/** What a check can find changed. */
function isSame(before: StaffPrincipal, now: StaffPrincipal): boolean {
  const { departments } = before;
  return (
    before.role === now.role &&
    before.name === now.name &&
    before.username === now.username &&
    departments.length === now.departments.length &&
    departments.every((dept, index) => dept === now.departments[index])
  );
}
