import { Injectable } from '@nestjs/common';

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

  listen(listener: SessionEndingsListener): void {
    this.listeners.push(listener);
  }

  /** Registers a carrier of this node's endings to other nodes. */
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
