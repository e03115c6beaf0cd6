import { Injectable } from '@nestjs/common';
import { DepartmentAccess } from '../../identity/access/department-access.js';
import type { ReaderPrincipal } from '../../identity/access/principal.js';
import { ReaderSessions } from '../../identity/boards/reader-sessions.js';
import { DomainError } from '../../platform/common/errors.js';
import { EventWaiter } from '../delivery/event-waiter.js';

/** The wait of a long poll. The session or a membership may end during it: then the reader gets nothing more. */
@Injectable()
export class ReaderWait {
  constructor(
    private readonly access: DepartmentAccess,
    private readonly waiter: EventWaiter,
    private readonly sessions: ReaderSessions,
  ) {}

  /**
   * Waits for an event behind one of these positions.
   * @param positions by department
   * @param seconds at most
   * @throws DomainError UNAUTHENTICATED; NOT_FOUND for a department that the reader may read no longer
   */
  async next(reader: ReaderPrincipal, positions: ReadonlyMap<string, number>, seconds: number, gone: AbortSignal): Promise<void> {
    await this.waiter.nextFor(reader, positions, seconds, gone);
    const now = (await this.sessions.live([reader.sessionId])).get(reader.sessionId);
    if (!now) throw new DomainError('UNAUTHENTICATED', 'the session has ended');
    for (const dept of positions.keys()) this.access.require(now.principal, dept);
  }
}
