import type { IncomingMessage } from 'node:http';
import type { NextFunction, Response } from 'express';
import type { GuardedRequest } from '../../../identity/access/guarded-request.js';
import { DomainError, toErrorAnswer } from '../../common/errors.js';

const MAX_HEADER_LINES = 100;
/** One more than may come, so that it can be seen; beyond it Node keeps none. */
export const COUNTED_HEADER_LINES = MAX_HEADER_LINES + 1;

/** The fault of a request's headers: too many lines, of which some are not read, or two `Host` lines, of which one is foreign. */
export function headerFault({ rawHeaders, httpVersion }: IncomingMessage): { status: 400 | 431; error: DomainError } | undefined {
  if (rawHeaders.length / 2 > MAX_HEADER_LINES) {
    return { status: 431, error: new DomainError('PAYLOAD_TOO_LARGE', `more than ${String(MAX_HEADER_LINES)} header lines`) };
  }
  const hosts = rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'host').length;
  if (hosts === 1 || (hosts === 0 && httpVersion === '1.0')) return undefined;
  return { status: 400, error: new DomainError('VALIDATION_FAILED', 'one Host header is needed') };
}

/** Refuses what cannot be relied on, before anything is read from it. The connection ends. */
export function reliableHeaders(request: GuardedRequest, response: Response, next: NextFunction): void {
  const fault = headerFault(request);
  if (!fault) {
    next();
    return;
  }
  response.setHeader('Connection', 'close');
  response.status(fault.status).json(toErrorAnswer(fault.error, request.requestId));
}
