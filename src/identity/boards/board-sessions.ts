import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { type BoardIdentification, BoardIdentities } from '../access/callers.js';
import { tokenHash } from '../sessions/session-cookie.js';
import { BoardCookie } from './board-cookie.js';
import { BoardsService } from './boards.service.js';

/** Identifies wall boards by their cookie. */
@Injectable()
export class BoardSessions extends BoardIdentities {
  constructor(
    private readonly cookie: BoardCookie,
    private readonly boards: BoardsService,
  ) {
    super();
  }

  async identify(request: IncomingMessage): Promise<BoardIdentification> {
    const token = this.cookie.read(request.headers.cookie);
    if (token === null) return { kind: 'absent' };
    if (token === undefined) return { kind: 'invalid' };
    const board = await this.boards.find(token);
    if (!board) return { kind: 'invalid' };
    const renewal = board.isRenewalDue ? { renewedCookie: this.cookie.issue(token) } : {};
    return { kind: 'identified', principal: board.principal, csrfToken: null, ...renewal };
  }

  override credentialOf(request: IncomingMessage): string | undefined {
    const token = this.cookie.read(request.headers.cookie);
    return token === null || token === undefined ? undefined : tokenHash(token).toString('base64url');
  }
}
