import { Injectable } from '@nestjs/common';
import { EndedSessions } from '../access/ended-sessions.js';

/** Must not throw. */
export interface SessionEndingsListener {
  ended(sessionIds: readonly string[]): void;
  /** A person's role or memberships have changed. */
  changed(): void;
}

/** Informs the holders of sockets, right after the commit, that sessions have ended. */
@Injectable()
export class SessionEndings {
  private readonly listeners: SessionEndingsListener[] = [];
  private readonly relays: SessionEndingsListener[] = [];
  private changedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly recent: EndedSessions) {}

  /** True when roles or memberships have changed in the last `ms` milliseconds. */
  hasChangedWithin(ms: number): boolean {
    return performance.now() - this.changedAt < ms;
  }

  listen(listener: SessionEndingsListener): void {
    this.listeners.push(listener);
  }

  /** Registers a carrier of this node's endings to other nodes. */
  relay(relay: SessionEndingsListener): void {
    this.relays.push(relay);
  }

  changed(): void {
    this.heardChanged();
    for (const one of this.relays) one.changed();
  }

  ended(sessionIds: readonly string[]): void {
    this.heardEnded(sessionIds);
    for (const one of this.relays) one.ended(sessionIds);
  }

  /** As `changed`, on another node: it is not passed on. */
  heardChanged(): void {
    this.changedAt = performance.now();
    for (const one of this.listeners) one.changed();
  }

  /** As `ended`, on another node: it is not passed on. */
  heardEnded(sessionIds: readonly string[]): void {
    this.recent.add(sessionIds);
    for (const one of this.listeners) one.ended(sessionIds);
  }
}
