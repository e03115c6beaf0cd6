import { Injectable } from '@nestjs/common';

/** Must not throw. */
export interface SessionEndingsListener {
  ended(sessionIds: readonly string[]): void;
  /** Somebody's role or memberships are not what they were. */
  changed(): void;
}

/** Tells who holds sockets that sessions have ended, right after the commit. */
@Injectable()
export class SessionEndings {
  private readonly listeners: SessionEndingsListener[] = [];
  private readonly relays: SessionEndingsListener[] = [];

  listen(listener: SessionEndingsListener): void {
    this.listeners.push(listener);
  }

  /** Told of what happened on this node: who carries it to others. */
  relay(relay: SessionEndingsListener): void {
    this.relays.push(relay);
  }

  changed(): void {
    for (const one of [...this.listeners, ...this.relays]) one.changed();
  }

  ended(sessionIds: readonly string[]): void {
    for (const one of [...this.listeners, ...this.relays]) one.ended(sessionIds);
  }

  /** As `changed`, on another node: it is not passed on. */
  heardChanged(): void {
    for (const one of this.listeners) one.changed();
  }

  /** As `ended`, on another node: it is not passed on. */
  heardEnded(sessionIds: readonly string[]): void {
    for (const one of this.listeners) one.ended(sessionIds);
  }
}
