import { Injectable } from '@nestjs/common';

/** More than end while a connection is opened. */
const MOST_REMEMBERED = 10_000;

/** The sessions that ended last, on any node. A session that was read before a wait is looked up here after it. */
@Injectable()
export class EndedSessions {
  private readonly newest = new Set<string>();

  has(sessionId: string): boolean {
    return this.newest.has(sessionId);
  }

  add(sessionIds: readonly string[]): void {
    for (const sessionId of sessionIds) this.newest.add(sessionId);
    for (const oldest of this.newest) {
      if (this.newest.size <= MOST_REMEMBERED) return;
      this.newest.delete(oldest);
    }
  }
}
