/** A constructor of WebSockets: the browser's, Node's or `ws`. */
export type WebSocketConstructor = new (url: string, protocols: string[], options?: object) => unknown;

/** The parts of a WebSocket that a client needs; the browser's, Node's and `ws` have it. */
export interface WebSocketLike {
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(text: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number; reason: string }) => void): void;
}
