import type { WebSocketLike } from './web-socket.js';

/** A browser keeps the cookies, and sends them with every request and socket by itself. */
export class Cookies {
  readonly header: string | undefined;

  keep(): void {
    // The browser has them already.
  }

  clear(): void {
    // The server has ended the session.
  }
}

export const openBuiltIn = (url: string, protocol: string): WebSocketLike => new WebSocket(url, protocol);
