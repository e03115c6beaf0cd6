import { openBuiltIn } from '../environment/environment.js';
import type { WebSocketConstructor, WebSocketLike } from '../environment/web-socket.js';

const PROTOCOL = 'wardline.v1';

/** Opens a socket with the session's cookie where no browser sends it. */
export async function openSocket(
  url: string,
  cookie: string | undefined,
  chosen: WebSocketConstructor | undefined,
): Promise<WebSocketLike> {
  return chosen
    ? (new chosen(url, [PROTOCOL], cookie ? { headers: { cookie } } : {}) as WebSocketLike)
    : openBuiltIn(url, PROTOCOL, cookie);
}
