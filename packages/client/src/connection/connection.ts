import { retryMs } from './backoff.js';
import { STOPS } from '../generated/close-codes.js';
import { LifeSigns } from './life-signs.js';
import type { ConnectionHost } from './connection-host.js';
import type { WardlineError } from '../errors.js';
import type { Status, TransportName } from '../protocol.js';
import { relayWhile } from './relay.js';
import { Timers } from '../environment/timers.js';
import type { Hello, Link, LinkContext, LinkEnd, NextStep, Transport } from '../transports/transport.js';
import { watchWake } from './wake.js';

/** An attempt ends after this time without a `hello`. */
const ATTEMPT_MS = 10_000;
/** The same for one that was under way when the machine woke. */
const WAKE_MS = 3000;
/** The session may have been renewed meanwhile: it is looked up once. */
const AUTH_INVALID = 4002;
/** After a sleep, a fallback that was quiet for longer is opened again. */
const FALLBACK_QUIET_MS = 15_000;

/** Keeps one link open for as long as somebody needs it: attempts, back-off, fallbacks, signs of life. */
export class Connection {
  #link: Link | undefined;
  /** The first choice, while it is tried next to a fallback. */
  #candidate: { stop(): void } | undefined;
  #index = 0;
  #attempt = 0;
  #opened = false;
  #refreshed = false;
  #needed = false;
  #stopped = false;
  #isOnline = true;
  #current: Status;
  readonly #timers = new Timers<'attempt' | 'retry' | 'wake'>();
  readonly #life: LifeSigns;
  #unwatch: (() => void) | undefined;

  readonly #context: LinkContext;
  readonly #transports: readonly Transport[];
  readonly #host: ConnectionHost;

  constructor(context: Omit<LinkContext, 'wanted'>, transports: readonly Transport[], host: ConnectionHost) {
    this.#context = { ...context, wanted: () => host.wanted() };
    this.#transports = transports;
    this.#host = host;
    this.#life = new LifeSigns(() => {
      this.#say('stale', 'silent');
      this.#replace();
    });
    this.#current = { phase: 'connecting', since: Date.now(), transport: this.#transportName, reason: 'not_needed' };
  }

  get status(): Status {
    return this.#current;
  }

  /** The link, once it said hello. */
  get open(): Link | undefined {
    return this.#opened ? this.#link : undefined;
  }

  /** Opens a link if there is none, or closes the one that nobody needs. */
  need(isNeeded: boolean): void {
    if (this.#stopped || this.#needed === isNeeded) return;
    this.#needed = isNeeded;
    if (isNeeded) this.#connect();
    else this.#end('connecting', 'not_needed');
  }

  /** The set of wanted departments has changed. */
  readonly follow = (): void => {
    this.open?.follow(this.#host.wanted());
    this.progressed();
  };

  restart(dept: string): void {
    this.open?.restart(dept, this.#host.wanted().get(dept));
  }

  /** A department has caught up, or lost its place. */
  readonly progressed = (): void => {
    if (!this.#opened || this.#current.phase === 'stale') return;
    if (this.#host.isCaughtUp()) this.#say('live', null);
    else if (this.#current.phase === 'live') this.#say('connecting', 'catching_up');
  };

  /** After a sign-in: a connection that stopped begins again. */
  restartAll(): void {
    this.#stopped = false;
    this.#refreshed = false;
    this.#attempt = 0;
    this.#replace();
  }

  stop(reason: string): void {
    this.#stopped = true;
    this.#end('stopped', reason);
  }

  #end(phase: Status['phase'], reason: string): void {
    this.#drop();
    this.#unwatch?.();
    this.#unwatch = undefined;
    this.#say(phase, reason);
  }

  get #isWanted(): boolean {
    return this.#needed && !this.#stopped;
  }

  get #transportName(): TransportName {
    return this.#transports[this.#index]?.name ?? 'websocket';
  }

  /** @param isBack the network is back */
  #connect(isBack = false): void {
    this.#timers.stop('retry');
    if (!this.#isWanted || this.#link) return;
    this.#unwatch ??= watchWake(this.#woke, this.#network);
    if (isBack || this.#current.phase !== 'offline')
      this.#say('connecting', this.#current.reason === 'not_needed' ? null : this.#current.reason);
    const transport = this.#transports[this.#index];
    if (!transport) return;
    this.#opened = false;
    this.#timers.start('attempt', ATTEMPT_MS, () => {
      this.#lost({ code: 1006 });
    });
    this.#link = this.#openLink(transport);
  }

  readonly #openLink = (transport: Transport): Link => {
    const opened: { link?: Link } = {};
    // A link reports only while it is the one in use; a candidate becomes that with its hello.
    const isInUse = () => opened.link !== undefined && opened.link === this.#link;
    const events = { ...this.#host.reports, hello: this.#hello, alive: this.#alive, end: this.#lost };
    opened.link = transport.open(this.#context, relayWhile(isInUse, events, this.progressed));
    return opened.link;
  };

  readonly #alive = (): void => {
    this.#life.heard();
  };

  readonly #hello = (hello: Hello): void => {
    this.#timers.stopAll();
    this.#opened = true;
    this.#attempt = 0;
    this.#refreshed = false;
    this.#life.begin(hello.heartbeat_sec);
    this.#host.hello(hello);
    this.#link?.follow(this.#host.wanted());
    if (this.#current.transport !== this.#transportName) this.#say('connecting', this.#current.reason);
    this.progressed();
    const [first] = this.#transports;
    if (first && this.#index > 0)
      this.#candidate ??= this.#transports[this.#index]?.fallback?.retryFirst(first, this.#openLink, this.#adopt);
  };

  readonly #adopt = (link: Link): void => {
    this.#link?.close();
    this.#index = 0;
    this.#link = link;
  };

  readonly #woke = (): void => {
    if (!this.#opened) {
      // An attempt that began before the sleep may never be answered.
      if (this.#link && !this.#timers.runs('wake')) this.#timers.start('wake', WAKE_MS, this.#replace);
      this.#connect(true);
      return;
    }
    const ping = this.#link?.ping;
    if (ping) this.#life.probe(ping);
    // An answer of a fallback cannot be asked for: a fresh link is the sign of life.
    else if (this.#life.quietMs > FALLBACK_QUIET_MS) this.#replace();
  };

  readonly #network = (isOnline: boolean): void => {
    this.#isOnline = isOnline;
    if (isOnline) this.#woke();
    else if (!this.#stopped) {
      this.#drop();
      this.#say('offline', 'no_network');
    }
  };

  /** Leaves a link that is not to be trusted, and opens another at once. */
  readonly #replace = (): void => {
    this.#drop();
    this.#connect();
  };

  readonly #lost = ({ code, reconnectIn }: LinkEnd): void => {
    const wasOpen = this.#opened;
    const stop = STOPS[code];
    this.#drop();
    if (stop && code !== AUTH_INVALID) {
      this.#host.lost(code === 4401 || code === 4001);
      this.stop(stop);
      return;
    }
    this.#say(this.#isOnline ? 'connecting' : 'offline', stop ?? (code === 1006 ? 'LOST' : String(code)));
    if (stop) void this.#refresh();
    else if (wasOpen || code > 1006) this.#retry(reconnectIn);
    else void this.#askAdmission(reconnectIn);
  };

  #retry(seconds?: number): void {
    if (!this.#isWanted) return;
    this.#timers.start('retry', retryMs(this.#attempt++, seconds), () => {
      this.#connect();
    });
  }

  /** 4002: the session is looked up once. */
  async #refresh(): Promise<void> {
    const isOver =
      this.#refreshed ||
      (await this.#context.http.session().then(
        () => false,
        (error: unknown) => (error as WardlineError).status === 401,
      ));
    this.#refreshed = true;
    if (!isOver) this.#retry();
    else if (this.#isWanted) this.stop('AUTH_INVALID');
  }

  async #askAdmission(reconnectIn?: number): Promise<void> {
    const fallback = this.#transports.find((transport) => transport.fallback)?.fallback;
    const step: NextStep = (await fallback?.nextStep(this.#context.http, this.#transports, this.#index)) ?? { kind: 'retry' };
    if (!this.#isWanted || this.#link) return;
    if (step.kind === 'close') {
      this.#lost({ code: step.code });
    } else if (step.kind === 'use') {
      this.#index = step.index;
      this.#attempt = 0;
      this.#connect();
    } else {
      // No way is left to fall back to: the first choice is next.
      this.#index = 0;
      this.#retry(reconnectIn ?? step.seconds);
    }
  }

  #drop(): void {
    this.#timers.stopAll();
    this.#life.stop();
    const link = this.#link;
    this.#link = undefined;
    this.#opened = false;
    link?.close();
    this.#candidate?.stop();
    this.#candidate = undefined;
    if (link) this.#host.lost(false);
    if (this.#current.phase === 'live') this.#say('connecting', 'lost');
  }

  #say(phase: Status['phase'], reason: string | null): void {
    const current = this.#current;
    const transport = this.#transportName;
    if (current.phase === phase && current.transport === transport && current.reason === reason) return;
    const since = current.phase === phase ? current.since : Date.now();
    this.#current = Object.freeze({ phase, since, transport, reason });
    this.#host.status(this.#current);
  }
}
