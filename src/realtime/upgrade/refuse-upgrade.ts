import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import type { Duplex } from 'node:stream';
import { UpgradeRefusal } from '../../identity/access/upgrade-refusal.js';
import { DomainError, type ErrorCode, toErrorAnswer } from '../../platform/common/errors.js';
import { fromHttpException, HTTP_STATUS_OF, statusOf } from '../../platform/http/errors/error-status.js';

const CODE_OF_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'VALIDATION_FAILED',
  431: 'PAYLOAD_TOO_LARGE',
  429: 'RATE_LIMITED',
  503: 'UNAVAILABLE',
};
/** How long a refused client may take to read why; closing while its data lies unread would take the answer away from it. */
const LINGER_MS = 1000;
/** Words for metrics that the rules of connections give besides their code. */
const REASONS = new Set(['draining', 'connect_rate', 'capacity', 'user_capacity', 'owner_capacity']);

/** A refusal in the words that every transport has. */
export interface Refusal {
  status: number;
  error: DomainError;
  /** For metrics. */
  reason: string;
  headers?: Readonly<Record<string, string>>;
}

/** Anything unknown is our own defect. */
export function toRefusal(error: unknown): Refusal {
  if (error instanceof DomainError) {
    const reason = error.details?.['reason'];
    const named = typeof reason === 'string' && REASONS.has(reason) ? reason : error.code.toLowerCase();
    return { status: statusOf(error), error, reason: named };
  }
  if (error instanceof HttpException) return toRefusal(fromHttpException(error));
  if (error instanceof UpgradeRefusal && error.status !== null) {
    const options = error.retryAfter === undefined ? {} : { retryAfter: error.retryAfter };
    const code = CODE_OF_STATUS[error.status] ?? 'FORBIDDEN';
    return { status: error.status, error: new DomainError(code, error.message, options), reason: error.reason, headers: error.headers };
  }
  const internal = new DomainError('INTERNAL', 'something went wrong here; it is logged under the request id');
  return { status: HTTP_STATUS_OF.INTERNAL, error: internal, reason: 'internal' };
}

/** Answers an upgrade with an HTTP error in JSON and ends the connection. */
export function refuseUpgrade(stream: Duplex, { status, error, headers = {} }: Refusal, requestId: string | undefined): void {
  const body = JSON.stringify(toErrorAnswer(error, requestId));
  const head = [
    `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? 'Error'}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    'Cache-Control: no-store',
    `Content-Length: ${String(Buffer.byteLength(body))}`,
    ...(requestId === undefined ? [] : [`X-Request-Id: ${requestId}`]),
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(error.retryAfter === undefined ? [] : [`Retry-After: ${String(Math.ceil(error.retryAfter))}`]),
  ];
  const timer = setTimeout(() => stream.destroy(), LINGER_MS);
  stream.once('close', () => {
    clearTimeout(timer);
  });
  stream.resume();
  stream.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
