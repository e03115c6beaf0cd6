import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { UpgradeRefusal } from '../auth/upgrade-refusal.js';
import { DomainError, type ErrorCode, toErrorBody } from '../common/errors.js';
import { HTTP_STATUS_OF } from '../http/error-status.js';

const CODE_OF_STATUS: Readonly<Record<number, ErrorCode>> = { 400: 'VALIDATION_FAILED', 429: 'RATE_LIMITED', 503: 'UNAVAILABLE' };

/** The error as an HTTP refusal; anything unknown is our own defect. */
function toRefusal(error: unknown): { status: number; domain: DomainError } {
  if (error instanceof DomainError) return { status: HTTP_STATUS_OF[error.code], domain: error };
  if (error instanceof UpgradeRefusal && error.status !== null) {
    const options = error.retryAfter === undefined ? {} : { retryAfter: error.retryAfter };
    return { status: error.status, domain: new DomainError(CODE_OF_STATUS[error.status] ?? 'FORBIDDEN', error.message, options) };
  }
  return { status: 500, domain: new DomainError('INTERNAL', 'something went wrong here; it is logged under the request id') };
}

/** Answers an upgrade with an HTTP error in JSON and ends the connection. @returns the error's code */
export function refuseUpgrade(stream: Duplex, error: unknown, requestId: string | undefined): ErrorCode {
  const { status, domain } = toRefusal(error);
  const body = JSON.stringify({ error: { ...toErrorBody(domain), request_id: requestId } });
  const head = [
    `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? 'Error'}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    'Cache-Control: no-store',
    `Content-Length: ${String(Buffer.byteLength(body))}`,
    ...(requestId === undefined ? [] : [`X-Request-Id: ${requestId}`]),
    ...(domain.retryAfter === undefined ? [] : [`Retry-After: ${String(Math.ceil(domain.retryAfter))}`]),
  ];
  stream.once('finish', () => stream.destroy());
  stream.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  return domain.code;
}
