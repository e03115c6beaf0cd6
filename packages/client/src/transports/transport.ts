import type { ErrorBody } from '../errors.js';
import type { Http } from '../http.js';
import type { EventFrame, TransportName } from '../protocol.js';

/** The place in a department's log from which a link goes on. */
export interface Cursor {
  readonly after: number;
  readonly epoch: string;
}

/** A frame of the server, as it came. */
export interface ServerFrame {
  readonly type: string;
  readonly [field: string]: unknown;
}

export interface Hello extends ServerFrame {
  readonly epoch: string;
  /** Seconds between two signs of life. */
  readonly heartbeat_sec: number;
}

export interface Subscribed {
  readonly recovered: boolean;
  /** The newest event of the log at that moment. */
  readonly head: number;
  readonly epoch: string;
}

export interface Snapshot {
  readonly seq: number;
  readonly epoch: string;
  readonly data: { readonly calls?: unknown; readonly staff?: unknown };
}

/** The end of a link, or of an attempt at one. */
export interface LinkEnd {
  /** A close code; 1006 where there was none. */
  readonly code: number;
  /** Seconds to wait, where the server named them. */
  readonly reconnectIn?: number;
}

/** A link reports by these. After `end` it reports nothing more. */
export interface LinkEvents {
  hello: (hello: Hello) => void;
  subscribed: (dept: string, answer: Subscribed) => void;
  snapshot: (dept: string, snapshot: Snapshot) => void;
  event: (event: EventFrame) => void;
  skipped: (dept: string, from: number, to: number) => void;
  /** The server refuses the department, or has ended it. */
  refused: (dept: string, error: ErrorBody) => void;
  answer: (id: string, result: { data: unknown } | { error: ErrorBody }) => void;
  /** Any other frame. */
  frame: (frame: ServerFrame) => void;
  /** Something was heard: the link is alive. */
  alive: () => void;
  end: (end: LinkEnd) => void;
}

export interface Link {
  /** Follows exactly these departments from now on; a new one from its cursor, or from a snapshot. */
  follow(wanted: ReadonlyMap<string, Cursor | undefined>): void;
  /** Follows a department anew from this cursor: what came since is not to be trusted. */
  restart(dept: string, cursor: Cursor | undefined): void;
  /** Sends a command; absent where commands go over HTTP. */
  readonly send?: ((id: string, type: string, data: unknown) => void) | undefined;
  /** Cumulative receipt. */
  ack(dept: string, seq: number): void;
  /** Asks for a sign of life; absent where the link cannot. */
  readonly ping?: (() => void) | undefined;
  /** Ends it; no `end` follows. */
  close(): void;
}

export interface LinkContext {
  /** The origin, without a slash at its end. */
  readonly url: string;
  readonly http: Http;
  openSocket(url: string): Promise<WebSocketLike>;
}

/** What a client needs of a WebSocket; the browser's, Node's and `ws` have it. */
export interface WebSocketLike {
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(text: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number; reason: string }) => void): void;
}

export interface Transport {
  readonly name: TransportName;
  open(context: LinkContext, events: LinkEvents): Link;
}
