import type { CallsApi, ShiftsApi } from './api/api.js';
import type { CommandOptions, CommandQueue } from './api/commands.js';
import type { Department } from './department.js';
import type { Undo } from './emitter.js';
import type { ErrorBody } from './errors.js';
import type { Session } from './generated/protocol.js';
import type { Method, RequestOptions } from './http.js';
import type { WebSocketConstructor } from './environment/web-socket.js';
import type { CommandData, CommandType, Proof, Protocol, Status, WardlineProtocol } from './protocol.js';
import type { CallRoute } from './api/routes.js';
import type { ServerFrame, Transport } from './transports/transport.js';
import type { WardApi } from './api/ward-api.js';

export interface ClientOptions {
  /** The origin of the server, as `https://ward.example`. Default: the page's own. */
  url?: string;
  /** In the order of preference. Default: `[webSocket()]`. */
  transports?: readonly Transport[];
  /** Keeps commands over a closed tab: `offlineQueue(localStorage)`. */
  queue?: CommandQueue;
  /** Lets several tabs share one connection: `sharedTabs()`. */
  tabs?: Tabs;
  fetch?: typeof globalThis.fetch;
  WebSocket?: WebSocketConstructor;
  /** A BCP 47 tag, sent as `Accept-Language`. */
  locale?: string;
}

/** Puts one connection behind several tabs: the transports of one become those of all. */
export interface Tabs {
  /** @param url the origin of the server: tabs of another one are not joined */
  share(transports: readonly Transport[], url: string): readonly Transport[];
  close(): void;
}

export interface ClientEvents {
  status: Status;
  /** The session ends in so many seconds; any request renews its idle time. */
  session_expiring: { in_sec: number };
  /** The session is over: the screen must show nothing. */
  signed_out: { reason: string };
  /** A fault that a screen may log; nothing needs to be done. */
  fault: ErrorBody & { dept?: string };
  /** Any other frame of the server: rooms, direct messages, summaries. */
  frame: ServerFrame;
}

/** A client of one server. It connects when somebody follows a department, and never throws while it does. */
export interface Wardline<P extends Protocol = WardlineProtocol> extends WardApi {
  /** @throws WardlineError `INVALID_CREDENTIALS`, `RATE_LIMITED` … */
  signIn(credentials: { username: string; password: string }): Promise<Session>;
  signOut(): Promise<void>;
  /** The session of the cookie that is there. @throws WardlineError `UNAUTHENTICATED` */
  session(): Promise<Session>;
  department(id: string): Department<P>;
  readonly calls: CallsApi;
  readonly shifts: ShiftsApi;
  /** Every call of the HTTP API, typed by its route: `http('PATCH /admin/facility', { name })`. @throws WardlineError */
  readonly http: CallRoute;
  /** A call that a hospital adds; `path` is under `/api/v1`. @throws WardlineError */
  request(method: Method, path: string, options?: RequestOptions): Promise<unknown>;
  /** A command by its frame's type, as a hospital adds its own. @throws WardlineError */
  command<T extends CommandType<P>>(type: T, data: CommandData<P, T>, options?: CommandOptions): Promise<unknown>;
  readonly status: Status;
  on<K extends keyof ClientEvents>(name: K, listener: (value: ClientEvents[K]) => void): Undo;
  /** Milliseconds since 1970, by the server's clock. */
  serverNow(): number;
  proof(dept: string): Proof;
  /** Ends everything: no timer, no listener, no connection is left. */
  close(): void;
}
