import type { WebSocketLike } from '../environment/web-socket.js';
import type { ErrorBody } from '../errors.js';
import type { Http } from '../http.js';
import type { ServerFrames } from '../generated/protocol.js';
import type { EventFrame, TransportName } from '../protocol.js';

/** The error of a department that a person no longer belongs to. */
export const MEMBERSHIP_ENDED: ErrorBody = { code: 'NOT_FOUND', message: 'membership ended', retryable: false };

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

type Greeting = Readonly<ServerFrames['hello']>;
/** The server's `hello`. That of a long poll, or of a stream without a department, has no more than the epoch and the heartbeat. */
export type Hello = ServerFrame & Pick<Greeting, 'epoch' | 'heartbeat_sec'> & Partial<Greeting>;

export interface Subscribed {
  readonly recovered: boolean;
  /** The first event that comes, where it goes on from a place. */
  readonly from: number;
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
  readonly reconnectIn?: number | undefined;
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
  /** The departments that are wanted now, for a link that opens with them; every link is asked to `follow` after its hello. */
  wanted(): ReadonlyMap<string, Cursor | undefined>;
}

export interface Transport {
  readonly name: TransportName;
  open(context: LinkContext, events: LinkEvents): Link;
  /** The way to a fallback and back, which a page with the socket alone does not ship. */
  readonly fallback?: Fallback;
}

/** The next step after an attempt that failed before its `hello`. */
export type NextStep = { kind: 'close'; code: number } | { kind: 'use'; index: number } | { kind: 'retry'; seconds?: number | undefined };

export interface Fallback {
  /** @param index the transport that failed */
  nextStep(http: Pick<Http, 'request'>, transports: readonly Transport[], index: number): Promise<NextStep>;
  /** Tries the first choice from time to time while a fallback is in use; `adopt` takes its link. */
  retryFirst(first: Transport, open: (transport: Transport) => Link, adopt: (link: Link) => void): { stop(): void };
}
