import { Acks } from './api/acks.js';
import { callsApi, type CallsApi, type ShiftsApi, shiftsApi } from './api/api.js';
import type { Session } from './generated/protocol.js';
import { type CallRoute, callRoute } from './api/routes.js';
import { wardApi, type WardApi } from './api/ward-api.js';
import { Commands } from './api/commands.js';
import { retryMs } from './connection/backoff.js';
import { Connection } from './connection/connection.js';
import { DepartmentStore } from './department.js';
import { Emitter } from './emitter.js';
import { Http } from './http.js';
import { openSocket } from './connection/open-socket.js';
import type { Proof, Protocol, Status, WardlineProtocol } from './protocol.js';
import { ServerClock } from './connection/server-clock.js';
import type { ErrorBody } from './errors.js';
import type { ServerFrame } from './transports/transport.js';
import { Timers } from './environment/timers.js';
import type { ClientEvents, ClientOptions, Tabs, Wardline } from './wardline.js';
import { webSocket } from './transports/websocket.js';

/** A department that nobody follows any more is let go after this time, so that a remounted screen keeps its place. */
const LINGER_MS = 1000;
/** A skipped range that is not there by then is replaced by a fresh snapshot. */
const FETCH_MS = 5000;

/** @see ClientOptions */
export function createClient<P extends Protocol = WardlineProtocol>(options: ClientOptions = {}): Wardline<P> {
  return new Client<P>(options);
}

class Client<P extends Protocol> implements Wardline<P> {
  declare readonly calls: CallsApi;
  declare readonly shifts: ShiftsApi;
  declare readonly staffing: WardApi['staffing'];
  declare readonly directory: WardApi['directory'];
  declare readonly reports: WardApi['reports'];
  declare readonly sessions: WardApi['sessions'];
  declare readonly facility: WardApi['facility'];
  declare readonly http: CallRoute;
  declare readonly request: Wardline['request'];
  declare readonly command: Wardline['command'];
  declare readonly on: Wardline<P>['on'];
  readonly #requests: Http;
  readonly #clock = new ServerClock();
  readonly #emitter = new Emitter<ClientEvents>();
  readonly #departments = new Map<string, DepartmentStore<P>>();
  readonly #wanted = new Set<string>();
  readonly #lingering = new Timers<string>();
  /** Departments that were refused for a time. */
  readonly #retries = new Timers<string>();
  readonly #commands: Commands;
  readonly #connection: Connection;
  readonly #acks: Acks;
  readonly #tabs: Tabs | undefined;
  #closed = false;

  constructor({
    url,
    transports = [webSocket()],
    queue,
    tabs,
    fetch = (...args) => globalThis.fetch(...args),
    WebSocket,
    locale,
  }: ClientOptions) {
    const origin = (url ?? (globalThis as { location?: Location }).location?.origin ?? '').replace(/\/+$/, '');
    this.#requests = new Http(origin, fetch, locale, (userId) => {
      this.#commands.identify(userId);
    });
    this.#tabs = tabs;
    const request = this.#requests.request;
    const http = ((route, ...args) => callRoute(request, route, ...args)) as CallRoute;
    const context = { url: origin, http: this.#requests, openSocket: (to: string) => openSocket(to, this.#requests.cookie, WebSocket) };
    this.#commands = new Commands(
      {
        link: () => this.#connection.open,
        isLinkWanted: () => this.#wanted.size > 0,
        http,
        refresh: () => this.#requests.refresh(),
      },
      queue,
    );
    this.#connection = new Connection(context, tabs ? tabs.share(transports, origin) : transports, this.#connectionHost());
    this.#acks = new Acks((dept, seq) => this.#connection.open?.ack(dept, seq));
    const command = this.#commands.execute;
    const calls = callsApi(command, http);
    Object.assign(this, { request, http, command, calls, shifts: shiftsApi(command), on: this.#emitter.on }, wardApi(http));
    this.#commands.replay();
  }

  async signIn(credentials: { username: string; password: string }): Promise<Session> {
    const session = await this.#requests.session(credentials);
    this.#allow();
    this.#connection.restartAll();
    this.#commands.pump();
    return session;
  }

  async signOut(): Promise<void> {
    await this.#requests.request('POST', '/auth/logout');
    this.#requests.forget();
    this.#connection.stop('signed_out');
    this.#signedOut('signed_out');
  }

  session(): Promise<Session> {
    return this.#requests.session();
  }

  department(id: string): DepartmentStore<P> {
    let store = this.#departments.get(id);
    if (!store) {
      store = new DepartmentStore<P>(id, {
        wanted: this.#want,
        restart: (dept) => {
          this.#acks.forget(dept);
          this.#connection.restart(dept);
        },
        shown: (dept, seq) => {
          this.#acks.shown(dept, seq);
          this.#connection.progressed(); // a range that was fetched may have been the last that was missing
        },
        page: (dept, after, limit, signal) =>
          this.http('GET /departments/{dept}/events', { dept, after, limit }, { signal, timeoutMs: FETCH_MS }),
        report: (error) => {
          this.#emitter.emit('fault', error);
        },
      });
      this.#departments.set(id, store);
    }
    return store;
  }

  get status(): Status {
    return this.#connection.status;
  }

  serverNow(): number {
    return this.#clock.now();
  }

  proof(dept: string): Proof {
    return this.department(dept).proof;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#connection.stop('closed');
    this.#commands.close();
    this.#requests.close();
    this.#acks.clear();
    this.#tabs?.close();
    this.#lingering.stopAll();
    this.#retries.stopAll();
    this.#emitter.clear();
  }

  #signedOut(reason: string): void {
    this.#commands.identify(undefined);
    for (const store of this.#departments.values()) store.clear();
    this.#acks.clear();
    this.#emitter.emit('signed_out', { reason });
  }

  readonly #want = (dept: string, isWanted: boolean): void => {
    if (this.#closed) return;
    this.#lingering.stop(dept);
    if (isWanted) {
      if (this.#wanted.has(dept)) return;
      this.#wanted.add(dept);
      this.#allow();
      this.#followWanted();
    } else
      this.#lingering.start(dept, LINGER_MS, () => {
        this.#wanted.delete(dept);
        this.department(dept).lost();
        this.#followWanted();
      });
  };

  /** Refusals no longer count: what is wanted is asked for again. */
  #allow(): void {
    this.#retries.stopAll();
    for (const store of this.#departments.values()) if (store.getSnapshot().refused) store.clear();
  }

  #followWanted(): void {
    this.#connection.follow();
    this.#connection.need(this.#wanted.size > 0);
  }

  #connectionHost(): ConstructorParameters<typeof Connection>[2] {
    const store = (dept: string) => this.department(dept);
    const granted = () => [...this.#wanted].filter((dept) => !store(dept).getSnapshot().refused);
    return {
      wanted: () => new Map(granted().flatMap((dept) => (this.#retries.runs(dept) ? [] : [[dept, store(dept).cursor]]))),
      isCaughtUp: () => granted().every((dept) => store(dept).getSnapshot().live),
      hello: (hello) => {
        if (hello.epoch) this.#allow();
        this.#clock.heard(hello.server_time);
        if (hello.user) {
          this.#commands.identify(hello.user.id);
          this.#emitter.emit('frame', hello);
        }
        this.#acks.again();
        this.#commands.pump();
      },
      reports: {
        subscribed: (dept, answer) => store(dept).subscribed(answer),
        snapshot: (dept, snapshot) => store(dept).snapshot(snapshot),
        event: (event) => store(event.dept).event(event),
        skipped: (dept, from, to) => store(dept).skipped(from, to),
        refused: (dept, error) => {
          // The next try comes when the server says, else after the back-off's third wait: 4 s.
          if (error.retryable) this.#retries.start(dept, retryMs(2, error.retry_after), this.#connection.follow);
          else store(dept).clear(error.code);
          this.#emitter.emit('fault', { ...error, dept });
        },
        answer: this.#commands.answer,
        frame: this.#frame,
      },
      lost: (clear) => {
        for (const department of this.#departments.values()) department.lost();
        this.#commands.lost();
        if (clear) this.#signedOut('revoked');
      },
      status: (status) => {
        this.#emitter.emit('status', status);
      },
    };
  }

  readonly #frame = (frame: ServerFrame): void => {
    if (frame.type === 'ping') this.#clock.heard(frame['t'] as number | undefined);
    else if (frame.type === 'session_expiring') this.#emitter.emit('session_expiring', { in_sec: frame['in_sec'] as number });
    else if (frame.type === 'error') this.#emitter.emit('fault', frame as unknown as ErrorBody);
    else this.#emitter.emit('frame', frame);
  };
}
