import { backoffMs } from './backoff.js';
import { Candidate } from './candidate.js';
import { closeAction } from './close-codes.js';
import { LifeSigns } from './life-signs.js';
import type { ConnectionHost } from './connection-host.js';
import { nextStep } from './admission.js';
import { WardlineError } from './errors.js';
import type { Status, TransportName } from './protocol.js';
import { statusAfter } from './status.js';
import { relayWhile } from './relay.js';
import { Timers } from './timers.js';
import type { Hello, Link, LinkContext, LinkEnd, LinkEvents, Transport } from './transports/transport.js';
import { watchWake } from './wake.js';

/** An attempt ends after this time without a `hello`. */
const ATTEMPT_MS = 10_000;
/** On a fallback, the first choice is tried again this often. */
const FIRST_CHOICE_MS = 60_000;
/** After a sleep, a fallback that was quiet for longer is opened again. */
const FALLBACK_QUIET_MS = 15_000;

/** Keeps one link open for as long as somebody needs it: attempts, back-off, fallbacks, signs of life. */
export class Connection {
  private link: Link | undefined;
  private readonly candidate: Candidate;
  private index = 0;
  private attempt = 0;
  private opened = false;
  private refreshed = false;
  private needed = false;
  private stopped = false;
  private isOnline = true;
  private current: Status;
  private readonly timers = new Timers<'attempt' | 'retry' | 'firstChoice'>();
  private readonly life: LifeSigns;
  private unwatch: (() => void) | undefined;

  constructor(
    private readonly context: LinkContext,
    private readonly transports: readonly Transport[],
    private readonly host: ConnectionHost,
    monotonic: () => number,
  ) {
    this.candidate = new Candidate(
      (transport) => this.openLink(transport, (link) => this.link === link),
      (link) => {
        this.link?.close();
        this.index = 0;
        this.link = link;
      },
      () => {
        this.timers.start('firstChoice', FIRST_CHOICE_MS, this.tryFirstChoice);
      },
    );
    this.life = new LifeSigns(monotonic, () => {
      this.say('stale', 'silent');
      this.replace();
    });
    this.current = { phase: 'connecting', since: Date.now(), transport: this.transportName, reason: 'not_needed' };
  }

  get status(): Status {
    return this.current;
  }

  /** The link, once it said hello. */
  get open(): Link | undefined {
    return this.opened ? this.link : undefined;
  }

  /** Opens a link if there is none, or closes the one that nobody needs. */
  need(isNeeded: boolean): void {
    if (this.stopped || this.needed === isNeeded) return;
    this.needed = isNeeded;
    if (isNeeded) {
      this.unwatch ??= watchWake(this.woke, this.network);
      this.connect();
    } else {
      this.unwatch?.();
      this.unwatch = undefined;
      this.drop();
      this.say('connecting', 'not_needed');
    }
  }

  /** The set of wanted departments has changed. */
  follow(): void {
    if (this.opened) this.link?.follow(this.host.wanted());
    this.progressed();
  }

  restart(dept: string): void {
    if (this.opened) this.link?.restart(dept, this.host.wanted().get(dept));
  }

  /** A department has caught up, or lost its place. */
  progressed(): void {
    if (!this.opened || this.current.phase === 'stale') return;
    if (this.host.isCaughtUp()) this.say('live', null);
    else if (this.current.phase === 'live') this.say('connecting', 'catching_up');
  }

  /** After a sign-in: a connection that stopped begins again. */
  restartAll(): void {
    this.stopped = false;
    this.refreshed = false;
    this.attempt = 0;
    this.drop();
    if (this.needed) {
      this.unwatch ??= watchWake(this.woke, this.network);
      this.connect();
    }
  }

  stop(reason: string): void {
    this.stopped = true;
    this.drop();
    this.unwatch?.();
    this.unwatch = undefined;
    this.say('stopped', reason);
  }

  private get transportName(): TransportName {
    return this.transports[this.index]?.name ?? 'websocket';
  }

  /** @param isBack the network is back */
  private connect(isBack = false): void {
    this.timers.stop('retry');
    if (!this.needed || this.stopped || this.link) return;
    if (isBack || this.current.phase !== 'offline')
      this.say('connecting', this.current.reason === 'not_needed' ? null : this.current.reason);
    const transport = this.transports[this.index];
    if (!transport) return;
    this.opened = false;
    this.timers.start('attempt', ATTEMPT_MS, () => {
      this.lost({ code: 1006 });
    });
    this.link = this.openLink(transport, (link) => this.link === link);
  }

  private openLink(transport: Transport, isCurrent: (link: Link) => boolean): Link {
    const { host } = this;
    const opened: { link?: Link } = {};
    const progress =
      <A extends unknown[]>(report: (...args: A) => void) =>
      (...args: A) => {
        report(...args);
        this.progressed();
      };
    const events: LinkEvents = {
      ...host,
      hello: this.hello,
      subscribed: progress(host.subscribed),
      snapshot: progress(host.snapshot),
      event: progress(host.event),
      refused: progress(host.refused),
      alive: () => {
        this.life.heard();
      },
      end: this.lost,
    };
    // A link reports only while it is the one in use; a candidate becomes that with its hello.
    opened.link = transport.open(
      this.context,
      relayWhile(() => opened.link !== undefined && isCurrent(opened.link), events),
    );
    return opened.link;
  }

  private readonly hello = (hello: Hello): void => {
    this.timers.stop('attempt');
    this.opened = true;
    this.attempt = 0;
    this.refreshed = false;
    this.life.begin(hello.heartbeat_sec);
    this.host.hello(hello);
    this.link?.follow(this.host.wanted());
    if (this.current.transport !== this.transportName) this.say('connecting', this.current.reason);
    this.progressed();
    if (this.index > 0 && !this.timers.runs('firstChoice')) this.timers.start('firstChoice', FIRST_CHOICE_MS, this.tryFirstChoice);
  };

  /** The first choice next to the fallback. */
  private readonly tryFirstChoice = (): void => {
    const first = this.transports[0];
    if (first && this.index > 0 && this.opened) this.candidate.try(first, ATTEMPT_MS);
  };

  private readonly woke = (): void => {
    if (this.stopped || !this.needed) return;
    if (!this.opened) {
      if (!this.link) this.connect(true);
      return;
    }
    const ping = this.link?.ping;
    if (ping) this.life.probe(ping);
    // An answer of a fallback cannot be asked for: a fresh link is the sign of life.
    else if (this.life.quietMs > FALLBACK_QUIET_MS) this.replace();
  };

  private readonly network = (isOnline: boolean): void => {
    this.isOnline = isOnline;
    if (isOnline) this.woke();
    else if (!this.stopped) {
      this.drop();
      this.say('offline', 'no_network');
    }
  };

  /** Leaves a link that is not to be trusted, and opens another at once. */
  private replace(): void {
    this.drop(this.current.phase === 'stale');
    this.connect();
  }

  private readonly lost = ({ code, reconnectIn }: LinkEnd): void => {
    const wasOpen = this.opened;
    const { action, name } = closeAction(code);
    this.drop();
    if (action === 'stop') {
      this.host.lost(code === 4401 || code === 4001);
      this.stop(name);
      return;
    }
    this.say(this.isOnline ? 'connecting' : 'offline', name);
    if (action === 'refresh') void this.refresh();
    else if (wasOpen || code > 1006) this.retry(reconnectIn);
    else void this.askAdmission(reconnectIn);
  };

  private retry(seconds?: number): void {
    const wait = seconds === undefined ? backoffMs(this.attempt) : seconds * 1000;
    this.attempt += 1;
    this.timers.start('retry', wait, () => {
      this.connect();
    });
  }

  /** 4002: the session is looked up once. */
  private async refresh(): Promise<void> {
    if (this.refreshed) {
      this.stop('AUTH_INVALID');
      return;
    }
    this.refreshed = true;
    try {
      await this.context.http.request('GET', '/auth/session');
      this.retry();
    } catch (error) {
      if (error instanceof WardlineError && error.status === 401) this.stop('AUTH_INVALID');
      else this.retry();
    }
  }

  private async askAdmission(reconnectIn?: number): Promise<void> {
    const step = await nextStep(this.context.http, this.transports, this.index);
    if (this.stopped || this.link || !this.needed) return;
    if (step.kind === 'close') {
      this.lost({ code: step.code });
    } else if (step.kind === 'use') {
      this.index = step.index;
      this.attempt = 0;
      this.connect();
    } else {
      // No way is left to fall back to: the first choice is next.
      this.index = 0;
      this.retry(reconnectIn ?? step.seconds);
    }
  }

  /** @param keepPhase the phase is said already */
  private drop(keepPhase = false): void {
    this.timers.stopAll();
    this.life.stop();
    const { link } = this;
    this.link = undefined;
    this.opened = false;
    link?.close();
    this.candidate.stop();
    if (link) this.host.lost(false);
    if (!keepPhase && this.current.phase === 'live') this.say('connecting', 'lost');
  }

  private say(phase: Status['phase'], reason: string | null): void {
    const next = statusAfter(this.current, phase, this.transportName, reason);
    if (next === this.current) return;
    this.current = next;
    this.host.status(next);
  }
}
