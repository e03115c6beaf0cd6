import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, NotFoundException } from '@nestjs/common';
import type { Express, Response } from 'express';
import type { GuardedRequest } from '../../../identity/access/guarded-request.js';
import { recordRefusal } from '../../../identity/access/record-refusal.js';
import { RefusalRecorder } from '../../common/refusal-recorder.js';
import { DomainError, type ErrorCode, notFound, toErrorAnswer } from '../../common/errors.js';
import { Logger } from '../../logging/logger.js';
import { asDomainError } from '../../database/database-error.js';
import { allowedMethods } from './allowed-methods.js';
import { fromHttpException, statusOf } from './error-status.js';

/** Errors of Nest and Express, in Wardline's codes and words. */
const CODE_OF_STATUS: Readonly<Record<number, [ErrorCode, string]>> = {
  400: ['MALFORMED_JSON', 'the request cannot be read'],
  401: ['UNAUTHENTICATED', 'sign in first'],
  403: ['FORBIDDEN', 'not permitted'],
  405: ['METHOD_NOT_ALLOWED', 'not for this method'],
  413: ['PAYLOAD_TOO_LARGE', 'the body is too large'],
  415: ['UNSUPPORTED_DATA', 'application/json in UTF-8 is needed'],
  503: ['UNAVAILABLE', 'cannot answer now'],
};

/** The one place that turns an error into an HTTP answer. */
@Catch()
export class HttpErrorFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly refusals: RefusalRecorder,
  ) {}

  catch(exception: unknown, host: ArgumentsHost): Promise<void> | void {
    const response = host.switchToHttp().getResponse<Response>();
    const request = host.switchToHttp().getRequest<GuardedRequest>();
    const error = this.toDomainError(exception, request, response);
    // In the same turn, unless there is something to write: a client that goes on with what cannot be read is cut before the next.
    const recorded = recordRefusal(this.refusals, error, request);
    const answer = () => {
      this.answer(error, request, response);
    };
    if (recorded) return recorded.then(answer);
    answer();
  }

  protected answer(error: DomainError, request: GuardedRequest, response: Response): void {
    if (response.headersSent) {
      response.end();
      return;
    }
    this.prepare(error, response).json(toErrorAnswer(error, request.requestId));
  }

  /** Status and `Retry-After`. */
  protected prepare(error: DomainError, response: Response): Response {
    if (error.retryAfter !== undefined) response.setHeader('Retry-After', String(Math.ceil(error.retryAfter)));
    return response.status(statusOf(error));
  }

  private toDomainError(exception: unknown, request: GuardedRequest, response: Response): DomainError {
    const known = asDomainError(exception);
    if (known instanceof DomainError) {
      if (known.code === 'UNAVAILABLE') this.logger.warn('request.unavailable', { request_id: request.requestId, error: known });
      return known;
    }
    // Express names the route once it has found it: before, Nest itself has thrown, and may quote the body.
    if (exception instanceof HttpException && (request as { route?: unknown }).route !== undefined) {
      if (exception.getStatus() >= 500) this.logger.error('request.failed', { request_id: request.requestId, error: exception });
      return fromHttpException(exception);
    }
    if (exception instanceof NotFoundException) return noRoute(response);
    if (exception instanceof URIError) return new DomainError('VALIDATION_FAILED', 'the path cannot be decoded');
    const status = exception instanceof HttpException ? exception.getStatus() : statusOfBodyParser(exception);
    const [code, message] = CODE_OF_STATUS[status] ?? ['INTERNAL', 'something went wrong here; it is logged under the request id'];
    if (code === 'INTERNAL') this.logger.error('request.failed', { request_id: request.requestId, error: exception });
    return new DomainError(code, message);
  }
}

/** Nest's own word for a path, or a method of one, that has no route: ours are DomainErrors. */
function noRoute(response: Response): DomainError {
  const allowed = allowedMethods(response.app as Express, response.req.path);
  if (allowed.length === 0) return notFound('path');
  response.setHeader('Allow', allowed.join(', '));
  return new DomainError('METHOD_NOT_ALLOWED', `allowed here: ${allowed.join(', ')}`);
}

/** body-parser's errors carry a status and quote the body: only the status is used. */
function statusOfBodyParser(exception: unknown): number {
  const { status, expose } = exception as { status?: unknown; expose?: unknown };
  return typeof status === 'number' && expose === true ? status : 500;
}
