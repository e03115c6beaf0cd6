import type { z } from 'zod';
import type { StaffPrincipal } from '../../identity/access/principal.js';
import { validate } from '../../platform/common/validation.js';
import type { Connection } from '../connection/connection.js';

/** One frame of a client's on its way to its handler. */
export class Command {
  private readonly afterwards: (() => void)[] = [];
  private refusal: Error | undefined;

  constructor(
    readonly connection: Connection,
    readonly type: string,
    /** The frame's id, when it is one; what answers refer to. */
    readonly re: string | null,
    private readonly frame: unknown,
  ) {}

  get principal(): StaffPrincipal {
    return this.connection.principal;
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

  /** Runs right after the answer has been written, for what must stand behind it in the stream. */
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

  /** @internal */
  replied(): void {
    for (const step of this.afterwards) step();
  }
}
