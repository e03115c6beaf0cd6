import { busy } from '../../../common/collections/shedding-queue.js';
import { toErrorAnswer } from '../../../common/errors.js';
import { newId } from '../../../common/values/ids.js';
import { statusOf } from '../../errors/error-status.js';
import type { WaitingRequest } from './request-lanes.js';

/** Answers UNAVAILABLE before anything is read or computed: under overload a refusal that costs much would take the place of a press. */
export function refuseAsBusy({ request, response }: WaitingRequest): void {
  if (response.destroyed || request.socket.destroyed) return;
  const error = busy();
  const requestId = newId();
  const body = JSON.stringify(toErrorAnswer(error, requestId));
  response.writeHead(statusOf(error), {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'X-Request-Id': requestId,
    'Retry-After': String(error.retryAfter),
    'Cache-Control': 'no-store',
  });
  response.end(body);
}
