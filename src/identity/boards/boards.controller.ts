import { Body, Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { z } from 'zod';
import { DomainError } from '../../platform/common/errors.js';
import { typedText } from '../../platform/common/values/text.js';
import { CurrentReader, ForReaders, Public } from '../access/access.js';
import type { GuardedRequest } from '../access/guarded-request.js';
import type { BoardPrincipal, ReaderPrincipal } from '../access/principal.js';
import { BoardCookie } from './board-cookie.js';
import { BoardsService } from './boards.service.js';
import { CodeGuesses } from './code-guesses.js';

const exchangeBody = z.strictObject({ code: typedText(1, 40) });

function boardView({ id, name, departments }: BoardPrincipal) {
  return { id, name, departments };
}

/** A wall board's own side: it comes by a code, and sees itself. */
@ApiTags('boards')
@Controller('api/v1/boards')
export class BoardsController {
  constructor(
    private readonly boards: BoardsService,
    private readonly cookie: BoardCookie,
    private readonly guesses: CodeGuesses,
  ) {}

  /** Turns the code into the board's cookie, once. A person who is signed in with the same browser stays so. */
  @Public()
  @Post('exchange')
  @HttpCode(200)
  async exchange(
    @Body({ schema: exchangeBody }) { code }: z.infer<typeof exchangeBody>,
    @Req() { clientAddress = '' }: GuardedRequest,
    @Res({ passthrough: true }) response: Response,
  ) {
    const { principal, token } = await this.guesses.guard(clientAddress, () => this.boards.exchange(code, clientAddress));
    response.setHeader('Set-Cookie', this.cookie.issue(token));
    return boardView(principal);
  }

  /** The board of this browser (`?as=board`). Asking also renews its cookie, once a week. */
  @ForReaders()
  @Get('self')
  self(@CurrentReader() reader: ReaderPrincipal) {
    if (reader.kind !== 'board') throw new DomainError('FORBIDDEN', 'ask as the board: ?as=board');
    return boardView(reader);
  }
}
