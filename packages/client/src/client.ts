import { Acks } from './acks.js';
import { callsApi, type CallsApi, type ShiftsApi, shiftsApi } from './api.js';
import { Commands, type CommandQueue } from './commands.js';
import { Connection } from './connection.js';
import { type Department, DepartmentStore } from './department.js';
import { Emitter, type Undo } from './emitter.js';
import type { ErrorBody } from './errors.js';
import { Http, type Method, type RequestOptions } from './http.js';
import { openSocket, type WebSocketConstructor } from './open-socket.js';
import type { EventFrame, Proof, Protocol, Status, User, WardlineProtocol } from './protocol.js';
import { ServerClock } from './server-clock.js';
import type { ServerFrame, Transport } from './transports/transport.js';
import { webSocket } from './transports/websocket.js';

/** A department that nobody follows any more is let go after this time, so that a remounted screen keeps its place. */
const LINGER_MS = 1000;
const NO_PROOF: Proof = { events: 0, snapshots: 0, skippedFetched: 0, gaps: 0, duplicatesDropped: 0 };

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

export interface Session {
  readonly user: User;
  readonly expires_at: string;
  readonly csrf_token: string | null;
}

/** A client of one server. It connects when somebody follows a department, and never throws while it does. */
export interface Wardline<P extends Protocol = WardlineProtocol> {
  /** @throws WardlineError `INVALID_CREDENTIALS`, `RATE_LIMITED` … */
  signIn(credentials: { username: string; password: string }): Promise<Session>;
  signOut(): Promise<void>;
  /** The session of the cookie that is there. @throws WardlineError `UNAUTHENTICATED` */
  session(): Promise<Session>;
  department(id: string): Department<P>;
  readonly calls: CallsApi;
  readonly shifts: ShiftsApi;
  /** Any call of the HTTP API; `path` is under `/api/v1`. @throws WardlineError */
  request(method: Method, path: string, options?: RequestOptions): Promise<unknown>;
  /** A command by its frame's type, as a hospital adds its own. @throws WardlineError */
  command(type: string, data: Readonly<Record<string, unknown>>, options?: { maxAgeMs?: number; key?: string }): Promise<unknown>;
  readonly status: Status;
  on<K extends keyof ClientEvents>(name: K, listener: (value: ClientEvents[K]) => void): Undo;
  /** Milliseconds since 1970, by the server's clock. */
  serverNow(): number;
  proof(dept: string): Proof;
  /** Ends everything: no timer, no listener, no connection is left. */
  close(): void;
}

/** @see ClientOptions */
export function createClient<P extends Protocol = WardlineProtocol>(options: ClientOptions = {}): Wardline<P> {
  return new Client<P>(options);
}

const monotonic = () => performance.now();

class Client<P extends Protocol> implements Wardline<P> {
  readonly calls: CallsApi;
  readonly shifts: ShiftsApi;
  private readonly http: Http;
  private readonly clock = new ServerClock(monotonic);
  private readonly emitter = new Emitter<ClientEvents>();
  private readonly departments = new Map<string, DepartmentStore<P>>();
  private readonly wanted = new Set<string>();
  private readonly refused = new Set<string>();
  private readonly lingering = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly commands: Commands;
  private readonly connection: Connection;
  private readonly acks: Acks;
  private readonly tabs: Tabs | undefined;
  private closed = false;

  constructor({ url, transports = [webSocket()], queue, tabs, fetch, WebSocket, locale }: ClientOptions) {
    const origin = (url ?? (typeof location === 'undefined' ? '' : location.origin)).replace(/\/+$/, '');
    this.http = new Http(origin, fetch ?? ((...args) => globalThis.fetch(...args)), locale);
    this.tabs = tabs;
    const context = { url: origin, http: this.http, openSocket: (to: string) => openSocket(to, this.http.cookie, WebSocket) };
    this.connection = new Connection(context, tabs ? tabs.share(transports, origin) : transports, this.connectionHost(), monotonic);
    this.acks = new Acks((dept, seq) => this.connection.open?.ack(dept, seq), monotonic);
    this.commands = new Commands(
      {
        link: () => this.connection.open,
        isLinkWanted: () => this.wanted.size > 0,
        http: (method, path, body, key) => this.http.request(method, path, { body, headers: { 'Idempotency-Key': key } }),
        waiting: () => undefined,
      },
      queue,
    );
    const execute = this.commands.execute.bind(this.commands);
    const request = this.request.bind(this);
    this.calls = callsApi(execute, request);
    this.shifts = shiftsApi(execute);
    void this.commands.replay();
  }

  async signIn(credentials: { username: string; password: string }): Promise<Session> {
    const session = (await this.http.request('POST', '/auth/login', { body: credentials })) as Session;
    this.signedIn(session);
    return session;
  }

  async signOut(): Promise<void> {
    await this.http.request('POST', '/auth/logout');
    this.http.forget();
    this.connection.stop('signed_out');
    this.signedOut('signed_out');
  }

  async session(): Promise<Session> {
    const session = (await this.http.request('GET', '/auth/session')) as Session;
    this.http.csrfToken = session.csrf_token ?? undefined;
    return session;
  }

  department(id: string): Department<P> {
    let store = this.departments.get(id);
    if (!store) {
      store = new DepartmentStore<P>(id, {
        wanted: (dept, isWanted) => {
          this.want(dept, isWanted);
        },
        restart: (dept) => {
          this.acks.forget(dept);
          this.connection.restart(dept);
        },
        shown: (dept, seq) => {
          this.acks.shown(dept, seq);
        },
        page: async (dept, after, limit, signal) =>
          (await this.http.request('GET', `/departments/${encodeURIComponent(dept)}/events`, { query: { after, limit }, signal })) as {
            items: EventFrame[];
            epoch: string;
          },
        report: (error) => {
          this.emitter.emit('fault', error);
        },
      });
      this.departments.set(id, store);
    }
    return store;
  }

  request(method: Method, path: string, options?: RequestOptions): Promise<unknown> {
    return this.http.request(method, path, options);
  }

  command(type: string, data: Readonly<Record<string, unknown>>, options?: { maxAgeMs?: number; key?: string }): Promise<unknown> {
    return this.commands.execute(type, data, options);
  }

  get status(): Status {
    return this.connection.status;
  }

  on<K extends keyof ClientEvents>(name: K, listener: (value: ClientEvents[K]) => void): Undo {
    return this.emitter.on(name, listener);
  }

  serverNow(): number {
    return this.clock.now();
  }

  proof(dept: string): Proof {
    return this.departments.get(dept)?.proof ?? NO_PROOF;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.connection.stop('closed');
    this.commands.close(true);
    this.acks.forget();
    this.tabs?.close();
    for (const timer of this.lingering.values()) clearTimeout(timer);
    this.lingering.clear();
    for (const store of this.departments.values()) store.lost();
    this.emitter.clear();
  }

  private signedIn(session: Session): void {
    this.http.csrfToken = session.csrf_token ?? undefined;
    this.refused.clear();
    this.connection.restartAll();
    this.commands.pump();
  }

  private signedOut(reason: string): void {
    for (const store of this.departments.values()) store.clear();
    this.acks.forget();
    this.emitter.emit('signed_out', { reason });
  }

  private want(dept: string, isWanted: boolean): void {
    if (this.closed) return;
    clearTimeout(this.lingering.get(dept));
    this.lingering.delete(dept);
    if (!isWanted) {
      this.lingering.set(
        dept,
        setTimeout(() => {
          this.lingering.delete(dept);
          this.wanted.delete(dept);
          this.departments.get(dept)?.lost();
          this.connection.follow();
          this.connection.need(this.wanted.size > 0);
        }, LINGER_MS),
      );
      return;
    }
    if (this.wanted.has(dept)) return;
    this.wanted.add(dept);
    this.refused.delete(dept);
    this.connection.follow();
    this.connection.need(true);
  }

  private connectionHost(): ConstructorParameters<typeof Connection>[2] {
    const store = (dept: string) => this.departments.get(dept);
    return {
      wanted: () => new Map([...this.wanted].filter((dept) => !this.refused.has(dept)).map((dept) => [dept, store(dept)?.cursor])),
      isCaughtUp: () => [...this.wanted].every((dept) => this.refused.has(dept) || store(dept)?.getSnapshot().live),
      hello: ({ user }) => {
        if (user) this.emitter.emit('frame', { type: 'hello', user });
        this.acks.again();
        this.commands.pump();
      },
      subscribed: (dept, answer) => store(dept)?.subscribed(answer),
      snapshot: (dept, snapshot) => store(dept)?.snapshot(snapshot),
      event: (event) => store(event.dept)?.event(event),
      skipped: (dept, from, to) => store(dept)?.skipped(from, to),
      refused: (dept, error) => {
        this.refused.add(dept);
        store(dept)?.clear();
        this.emitter.emit('fault', { ...error, dept });
      },
      answer: (id, result) => {
        this.commands.answer(id, result);
      },
      frame: (frame) => {
        this.frame(frame);
      },
      lost: (clear) => {
        for (const department of this.departments.values()) department.lost();
        this.commands.lost();
        if (clear) this.signedOut('revoked');
      },
      status: (status) => {
        this.emitter.emit('status', status);
      },
    };
  }

  private frame(frame: ServerFrame): void {
    if (frame.type === 'ping') this.clock.heard(frame['t'] as number);
    else if (frame.type === 'session_expiring') this.emitter.emit('session_expiring', { in_sec: frame['in_sec'] as number });
    else if (frame.type === 'error') this.emitter.emit('fault', frame as unknown as ErrorBody);
    else this.emitter.emit('frame', frame);
  }
}
