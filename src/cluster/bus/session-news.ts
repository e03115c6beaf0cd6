import { Injectable, type OnModuleInit } from '@nestjs/common';
import { SessionEndings } from '../../identity/sessions/session-endings.js';
import { Logger } from '../../platform/logging/logger.js';
import { Bus } from './bus.service.js';
import type { BusMessageKind, BusMessages } from './bus-messages.js';

declare module './bus-messages.js' {
  interface BusMessages {
    'sessions.ended': { ids: string[] };
    /** A person's role or memberships have changed: nodes check their sessions. */
    'sessions.changed': Record<string, never>;
  }
}

/** Ids in one message; more are sent as "check all". */
const MAX_IDS = 500;

/** Announces to all nodes that sessions have ended or changed on this one. A node that misses it finds out at its next session check. */
@Injectable()
export class SessionNews implements OnModuleInit {
  constructor(
    private readonly bus: Bus,
    private readonly endings: SessionEndings,
    private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.endings.relay({
      ended: (ids) => {
        if (ids.length > MAX_IDS) this.tell('sessions.changed', {});
        else if (ids.length > 0) this.tell('sessions.ended', { ids: [...ids] });
      },
      changed: () => {
        this.tell('sessions.changed', {});
      },
    });
    this.bus.on('sessions.ended', ({ ids }) => {
      this.endings.heardEnded(ids);
    });
    this.bus.on('sessions.changed', () => {
      this.endings.heardChanged();
    });
  }

  private tell<K extends BusMessageKind>(kind: K, data: BusMessages[K]): void {
    this.bus.publish('all', kind, data).catch((error: unknown) => {
      this.logger.error('session_news.failed', { error });
    });
  }
}
