import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { from, map, mergeMap, type Observable } from 'rxjs';
import type { Command } from './command.js';
import { CORE_FRAMES } from './core-frames.js';

/**
 * Starts a command when the answers before it have left. A client that sends and does not read has one answer waiting, and
 * behind it the bounded queue of commands. A reader that is merely behind with events is not held up; nor is a press, with the
 * commands before it.
 */
@Injectable()
export class BackpressureInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { connection, type } = context.switchToWs().getData<Command>();
    const answers = from(connection.answersLeft()).pipe(mergeMap(() => next.handle()));
    // A handler of the hospital's own may have nothing to say: it has done its work. One that failed comes to the filter.
    return CORE_FRAMES.has(type) ? answers : answers.pipe(map((answer: unknown) => answer ?? null));
  }
}
