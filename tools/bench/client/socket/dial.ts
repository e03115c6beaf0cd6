import { WebSocket } from 'ws';
import { retryAfterMs } from '../api-error.js';
import { socketUrl, type Target } from '../target.js';

const HANDSHAKE_TIMEOUT_MS = 20_000;
/** Far above what the protocol sends; a frame that is larger is a defect worth failing on. */
const MAX_FRAME_BYTES = 8 * 1024 * 1024;

/** How a connection, or the attempt at one, came to its end. */
export interface Hangup {
  /** The close code; 1006 when there was no close frame. */
  readonly code: number;
  /** The HTTP status of a refused upgrade, and what its `Retry-After` asked for. */
  readonly refusedWith?: number;
  readonly retryAfterMs?: number;
  /** For people and counters. */
  readonly why: string;
}

/** Opens `/ws` as a program does it: session cookie, `wardline.v1`, no Origin. */
export function dial(
  target: Target,
  cookie: string,
  onFrame: (bytes: Buffer, at: number) => void,
  onEnd: (hangup: Hangup) => void,
): WebSocket {
  const socket = new WebSocket(socketUrl(target), ['wardline.v1'], {
    ...target.tls,
    headers: { cookie },
    perMessageDeflate: false,
    // The text is parsed as JSON where it matters; looking at it twice costs the shared cores.
    skipUTF8Validation: true,
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    maxPayload: MAX_FRAME_BYTES,
  });
  let failure = '';
  let refusal: { refusedWith: number; retryAfterMs?: number } | undefined;
  socket.on('message', (data) => {
    if (Buffer.isBuffer(data)) onFrame(data, performance.now());
  });
  socket.on('unexpected-response', (_request, response) => {
    const wait = retryAfterMs(response.headers['retry-after']);
    refusal = {
      refusedWith: response.statusCode ?? 0,
      ...(wait === undefined ? {} : { retryAfterMs: wait }),
    };
    response.resume();
    socket.terminate();
  });
  socket.on('error', (error) => {
    failure = error.message;
  });
  socket.on('close', (code) => {
    const why = refusal === undefined ? `${String(code)} ${failure}`.trim() : `HTTP_${String(refusal.refusedWith)}`;
    onEnd({ code, why, ...refusal });
  });
  return socket;
}
