import { type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { DomainError, toErrorAnswer } from '../../common/errors.js';
import { newId } from '../../common/values/ids.js';
import { statusOf } from '../errors/error-status.js';

const TOO_LARGE = 431;

/**
 * Answers data that never became a request with the reason, as well as possible.
 * @param onRefused called for each
 */
export function answerUnreadableRequests(server: Server, onRefused: () => void): void {
  const answering = new WeakSet<Duplex>();
  server.prependListener('request', ({ socket }, response: ServerResponse) => {
    answering.add(socket);
    response.once('close', () => answering.delete(socket));
  });
  server.on('clientError', (error: NodeJS.ErrnoException, stream: Duplex) => {
    if (error.code === 'HPE_PAUSED') return; // the pipeline's: nothing is wrong with it
    const answer = answerTo(error.code ?? '');
    if (answer) onRefused();
    // Data that are not HTTP cannot be answered, and a half-written answer must not be mixed with another.
    if (!answer || !stream.writable || answering.has(stream)) stream.destroy();
    else stream.end(answer, () => stream.destroy());
  });
}

function answerTo(code: string): string | undefined {
  if (code === 'HPE_HEADER_OVERFLOW') return response(TOO_LARGE, new DomainError('PAYLOAD_TOO_LARGE', 'the headers are too large'));
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return response(undefined, new DomainError('REQUEST_TIMEOUT', 'the request took too long to come'));
  if (code.startsWith('HPE_')) return response(undefined, new DomainError('VALIDATION_FAILED', 'not an HTTP request'));
  return undefined;
}

function response(given: number | undefined, error: DomainError): string {
  const status = given ?? statusOf(error);
  const requestId = newId();
  const body = JSON.stringify(toErrorAnswer(error, requestId));
  const head = [
    `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? 'Error'}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    `X-Request-Id: ${requestId}`,
    `Content-Length: ${String(Buffer.byteLength(body))}`,
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
