import type { CallView, EventFrame } from '../../index.js';
import type { WebSocketConstructor } from '../../environment/web-socket.js';

export interface FakeServerOptions {
  /** Default: a nurse of `icu`. */
  user?: { id: string; username?: string; name: string; role: string; departments: string[] };
  heartbeatSec?: number;
  /** Between two answers to long polls; default 3000. */
  pollIntervalMs?: number;
  /** The server's clock is so far ahead of this machine's, in milliseconds; default 0. */
  aheadMs?: number;
}

/** A server in memory that speaks `wardline.v1` and the HTTP calls of the client, with knobs for everything that goes wrong. */
export interface FakeServer {
  /** For `createClient({ url: server.url, fetch: server.fetch, WebSocket: server.WebSocket })`. */
  readonly url: string;
  readonly fetch: typeof globalThis.fetch;
  readonly WebSocket: WebSocketConstructor;
  /** Appends an event to a department's log and sends it. */
  append(dept: string, type: string, data: Record<string, unknown>, options?: { critical?: boolean }): EventFrame;
  /** A new pending call, with its `call.pending`. */
  press(dept: string, fields?: Partial<CallView>): CallView;
  /** Changes a call and appends the event that says so. */
  change(callId: string, type: string, fields: Partial<CallView>): CallView;
  log(dept: string): readonly EventFrame[];
  /** Effects of commands, each once for its key: `[type, data]`. */
  readonly effects: readonly (readonly [string, Readonly<Record<string, unknown>>])[];
  readonly acks: readonly { dept: string; seq: number }[];
  readonly connections: number;
  /** Closes every socket with a code; 1006 without a close frame. */
  cut(code?: number): void;
  /** Sends nothing and reads nothing until called with false: a half-open connection. */
  stall(isStalled: boolean): void;
  /** Leaves the next `count` events out and says `skipped` instead. */
  skip(dept: string, count: number): void;
  /** Loses the next event without a word: a defect that a client must notice. */
  lose(dept: string): void;
  /** Another history: clients begin with a snapshot. */
  newEpoch(): void;
  /** Upgrades are refused with this status; undefined lets them pass. */
  refuseUpgrades(status: number | undefined): void;
  /** Event streams are refused: long poll is what is left. */
  refuseStreams(isRefused: boolean): void;
  /** The person may not read this department any more. */
  endMembership(dept: string): void;
  /** The next `subscribe`s over a socket are refused with this error. */
  refuseSubscribes(count: number, error: { code: string; retryable: boolean; retry_after?: number }): void;
  /** The person may read the department again. */
  beginMembership(dept: string): void;
  /** Answers to commands wait so long, in milliseconds. */
  slowAnswers(ms: number): void;
  /** The next commands have an effect and lose their answer. */
  loseAnswers(count: number): void;
  /** The network is gone: nothing is reached. */
  unreachable(isGone: boolean): void;
  close(): void;
}
