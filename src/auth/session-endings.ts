import { Injectable } from '@nestjs/common';

type Listener = (sessionIds: readonly string[]) => void;

/** Tells who holds sockets that sessions have ended, right after the commit. */
@Injectable()
export class SessionEndings {
  private readonly listeners = new Set<Listener>();

  listen(listener: Listener): void {
    this.listeners.add(listener);
  }

  ended(sessionIds: readonly string[]): void {
    for (const listener of this.listeners) listener(sessionIds);
  }
}
