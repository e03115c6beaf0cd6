import { Injectable } from '@nestjs/common';

type Listener = (sessionIds: readonly string[]) => void;

/** Tells who holds sockets that sessions have ended, right after the commit. */
@Injectable()
export class SessionEndings {
  private readonly listeners = new Set<Listener>();
  private readonly changeListeners = new Set<() => void>();

  listen(listener: Listener): void {
    this.listeners.add(listener);
  }

  listenToChanges(listener: () => void): void {
    this.changeListeners.add(listener);
  }

  /** Somebody's role or memberships are not what they were. */
  changed(): void {
    for (const listener of this.changeListeners) listener();
  }

  ended(sessionIds: readonly string[]): void {
    for (const listener of this.listeners) listener(sessionIds);
  }
}
