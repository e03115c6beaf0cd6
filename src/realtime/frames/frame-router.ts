import { HttpException, Injectable } from '@nestjs/common';
import { firstValueFrom, isObservable } from 'rxjs';
import { DomainError, toErrorBody } from '../../platform/common/errors.js';
import { within } from '../../platform/common/within.js';
import { fromHttpException } from '../../platform/http/errors/error-status.js';
import { withLogContext } from '../../platform/logging/log-context.js';
import { ExtensionGuard, extensionUnavailable } from '../../platform/extensions/extension-guard.js';
import { Logger } from '../../platform/logging/logger.js';
import { traced } from '../../platform/tracing/tracing.js';
import { asDomainError } from '../../platform/database/database-error.js';
import type { Command } from './command.js';
import { CORE_FRAMES } from './core-frames.js';
import type { PlainFrame } from '../connection/connection.js';

/** A gateway's method behind its guards, pipes, interceptors and filter. */
export type FrameHandler = (command: Command) => Promise<unknown>;

/** A command without an answer after this time is answered UNAVAILABLE, and the next one goes on. */
const ANSWER_MS = 10_000;

/** An answer of a hospital's own that is longer is none: the reader would be closed as too slow. In characters of its JSON. */
const MAX_OWN_ANSWER = 1_048_576;

/** Finds the handler of a frame and turns what comes of it into exactly one answer. */
@Injectable()
export class FrameRouter {
  private readonly handlers = new Map<string, FrameHandler>();

  constructor(
    private readonly logger: Logger,
    private readonly guard: ExtensionGuard,
  ) {}

  /** Binds a type of frame, once for all connections. */
  bind(type: string, handler: FrameHandler): void {
    if (this.handlers.has(type)) throw new Error(`two handlers for frames of type ${type}`);
    this.handlers.set(type, handler);
  }

  knows(type: string): boolean {
    return this.handlers.has(type);
  }

  /** Never rejects: what goes wrong is the client's `error` frame. @returns the refusal, when it was one */
  async dispatch(command: Command): Promise<DomainError | undefined> {
    try {
      const attributes = { connection_id: command.connection.id };
      const work = () => withLogContext(attributes, () => this.handle(command));
      const data = await traced(`command ${command.type}`, attributes, work, command.trace);
      command.connection.send({ type: 'ok', re: command.re, data });
      command.replied();
      return undefined;
    } catch (error) {
      const refusal = this.toDomainError(error, command);
      command.connection.send(errorFrame(command.re, refusal));
      return refusal;
    }
  }

  private async handle(command: Command): Promise<unknown> {
    const handler = this.handlers.get(command.type);
    if (!handler) throw new DomainError('UNKNOWN_TYPE', 'no such type of frame');
    const data = await (CORE_FRAMES.has(command.type) ? withinLimit(handler, command) : this.guarded(handler, command));
    if (data === undefined) throw new Error(`the handler of ${command.type} gave no answer; is its gateway without CommandErrorFilter?`);
    return data;
  }

  /** A frame of a hospital's own. An error that it throws is answered as any other. */
  private guarded(handler: FrameHandler, command: Command): Promise<unknown> {
    return this.guard.call({
      point: `frame ${command.type}`,
      deadlineMs: ANSWER_MS,
      work: () => run(handler, command),
      isValid: canBeSent,
      fallback: () => {
        throw command.failure ?? extensionUnavailable();
      },
    });
  }

  private toDomainError(error: unknown, command: Command): DomainError {
    const known = asDomainError(error);
    if (known instanceof DomainError) return known;
    if (known instanceof HttpException && known.getStatus() < 500) return fromHttpException(known);
    this.logger.error('command.failed', { connection_id: command.connection.id, type: command.type, error });
    if (known instanceof HttpException) return fromHttpException(known);
    return new DomainError('INTERNAL', 'something went wrong here; it is logged');
  }
}

/** True where it is JSON, and not too much. @throws for a circle */
function canBeSent(answer: unknown): boolean {
  const text = JSON.stringify(answer) as string | undefined;
  return text !== undefined && text.length <= MAX_OWN_ANSWER;
}

async function run(handler: FrameHandler, command: Command): Promise<unknown> {
  const answer = await handler(command);
  const data: unknown = isObservable(answer) ? await firstValueFrom(answer, { defaultValue: undefined }) : answer;
  if (command.failure !== undefined) throw command.failure;
  return data;
}

/** @throws DomainError UNAVAILABLE after ten seconds */
function withinLimit(handler: FrameHandler, command: Command): Promise<unknown> {
  return within(run(handler, command), ANSWER_MS, () => {
    command.giveUp();
    return new DomainError('UNAVAILABLE', 'the command has no answer yet, try again with the same id', { retryAfter: 1 });
  });
}

export function errorFrame(re: string | null, error: DomainError): PlainFrame {
  return { type: 'error', re, ...toErrorBody(error) };
}
