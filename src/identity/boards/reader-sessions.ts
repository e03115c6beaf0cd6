import { Injectable } from '@nestjs/common';
import type { ReaderPrincipal } from '../access/principal.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { BoardsService } from './boards.service.js';

/** A reader's session that is live, and for how many seconds more. A board's has no end of its own. */
export interface LiveReader {
  principal: ReaderPrincipal;
  idleLeft: number;
  absoluteLeft: number;
}

/** The sessions of people and of boards, for whoever holds connections of both. */
@Injectable()
export class ReaderSessions {
  constructor(
    private readonly sessions: SessionsService,
    private readonly boards: BoardsService,
  ) {}

  /** Those of these sessions that are live. The boards are asked only where a session is none of a person's. */
  async live(ids: readonly string[]): Promise<Map<string, LiveReader>> {
    const live = new Map<string, LiveReader>(await this.sessions.live(ids));
    const others = ids.filter((id) => !live.has(id));
    if (others.length === 0) return live;
    for (const principal of await this.boards.live(others))
      live.set(principal.id, { principal, idleLeft: Infinity, absoluteLeft: Infinity });
    return live;
  }

  /** As `SessionsService.touch`. */
  touch(used: readonly string[], connected: readonly string[]): Promise<void> {
    return this.sessions.touch(used, connected);
  }
}
