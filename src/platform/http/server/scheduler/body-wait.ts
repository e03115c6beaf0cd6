import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Calls back when the body of a request is there, or as much of it as Node keeps unread: then the socket is read no further. A connection so holds one
 * such piece at most, and Node's limit for a whole request ends one that does not come.
 */
export function whenBodyIsThere(request: IncomingMessage, response: ServerResponse, then: () => void): void {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
  if (request.complete || (encoding === undefined && Number(length) === 0)) {
    then();
    return;
  }
  const look = () => {
    if (!request.complete && request.readableLength < request.readableHighWaterMark) return;
    request.off('readable', look);
    then();
  };
  request.on('readable', look);
  // Node discards the rest of a body itself only where nothing has listened for it.
  response.once('close', () => request.resume());
}
