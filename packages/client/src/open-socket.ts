import type { WebSocketLike } from './transports/transport.js';

/** A constructor of WebSockets: the browser's, Node's or `ws`. */
export type WebSocketConstructor = new (url: string, protocols: string[], options?: object) => unknown;

const PROTOCOL = 'wardline.v1';

/** Opens a socket with the session's cookie where no browser sends it. */
export async function openSocket(
  url: string,
  cookie: string | undefined,
  chosen: WebSocketConstructor | undefined,
): Promise<WebSocketLike> {
  const built = (globalThis as { WebSocket?: WebSocketConstructor }).WebSocket;
  if (chosen) return new chosen(url, [PROTOCOL], cookie === undefined ? undefined : { headers: { cookie } }) as WebSocketLike;
  if (!built) {
    // The name stands apart, so that no bundler takes it into a page.
    const name = 'ws';
    const { WebSocket } = (await import(/* @vite-ignore */ name)) as { WebSocket: WebSocketConstructor };
    return new WebSocket(url, [PROTOCOL], cookie === undefined ? undefined : { headers: { cookie } }) as WebSocketLike;
  }
  if (cookie === undefined) return new built(url, [PROTOCOL]) as WebSocketLike;
  // Node's own takes headers in place of the protocols.
  const own = built as unknown as new (url: string, options: object) => unknown;
  return new own(url, { protocols: [PROTOCOL], headers: { cookie } }) as WebSocketLike;
}
