import type { z } from 'zod';
import type { StaffPrincipal } from '../../identity/access/principal.js';
import { DomainError } from '../../platform/common/errors.js';
import { validate } from '../../platform/common/values/validation.js';
import type { Connection } from '../connection/connection.js';

/** One frame of a client's on its way to its handler. */
export class Command {
  private readonly afterwards: (() => void)[] = [];
  private refusal: Error | undefined;
  private over = false;

  constructor(
    readonly connection: Connection,
    readonly type: string,
    /** The frame's id, when it is one; what answers refer to. */
    readonly re: string | null,
    private readonly frame: unknown,
  ) {}

  /** The person who sent it. @throws DomainError FORBIDDEN for a board, which only reads */
  get principal(): StaffPrincipal {
    const { principal } = this.connection;
    if (principal.kind === 'board') throw new DomainError('FORBIDDEN', 'boards only read');
    return principal;
  }

  /** W3C traceparent that the frame names; else the one that its socket was opened with. */
  get trace(): string | undefined {
    const named = (this.frame as { trace?: unknown }).trace;
    return typeof named === 'string' ? named : this.connection.trace;
  }

  /** @throws DomainError VALIDATION_FAILED */
  read<T extends z.ZodType>(schema: T): z.output<T> {
    return validate(schema, this.frame);
  }

  /** Runs right after the answer is written, for frames that must follow it in the stream. */
  afterReply(step: () => void): void {
    this.afterwards.push(step);
  }

  /** @internal called by the filter: handlers' errors do not come back as rejections */
  fail(error: unknown): void {
    this.refusal = error instanceof Error ? error : new Error('a handler threw what is no error');
  }

  /** @internal */
  get failure(): Error | undefined {
    return this.refusal;
  }

  /** @internal true once the client has been told that no answer comes: work that is still under way changes nothing for it any more */
  get isOver(): boolean {
    return this.over;
  }

  /** @internal by the router: it is late */
  giveUp(): void {
    this.over = true;
  }

  /** @internal */
  replied(): void {
    for (const step of this.afterwards) step();
  }
}
