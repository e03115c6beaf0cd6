import { Timers } from '../environment/timers.js';
import type { Cursor, Link, LinkContext, LinkEnd, LinkEvents, Transport } from '../transports/transport.js';
import { Leader } from './leader.js';
import type { Message, Report, Request, Wanted } from './messages.js';

/** A leader that says nothing for so long after a tab has come is frozen: its tab has the connection no more. */
const LEADER_MS = 2500;
/** The connection has gone with its tab: every tab asks for one again, and the first one leads. */
const GONE: LinkEnd = { code: 1012, reconnectIn: 0 };

/** A tab's link: by the leader's connection, which may be its own. */
export class Hub implements Link {
  readonly #id = crypto.randomUUID();
  readonly #channel: BroadcastChannel;
  #leader: Leader | undefined;
  #wanted: Wanted;
  /** The place of this tab in each department; until it has one, reports of the department are not for it. */
  readonly #places = new Map<string, number>();
  #greeted = false;
  #ended = false;
  readonly #waiting = new AbortController();
  readonly #release: (() => void)[] = [];
  readonly #timers = new Timers<'leader'>();
  readonly #watched = new Set<string>();

  readonly #transport: Transport;
  readonly #context: LinkContext;
  readonly #events: LinkEvents;
  readonly #name: string;
  readonly #gone: () => void;

  constructor(transport: Transport, context: LinkContext, events: LinkEvents, name: string, gone: () => void) {
    this.#transport = transport;
    this.#context = context;
    this.#events = events;
    this.#name = name;
    this.#gone = gone;
    // Streams carry no commands and answer no ping: commands go over HTTP from each tab.
    if (transport.name === 'websocket') {
      this.send = (id, type, data) => {
        this.#ask({ kind: 'send', from: this.#id, id, type, data });
      };
      this.ping = () => {
        this.#ask({ kind: 'ping', from: this.#id });
      };
    }
    this.#wanted = new Map(context.wanted());
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }: MessageEvent<Message>) => {
      this.#heard(data);
    };
    this.#hold(this.#nameOf(this.#id), { signal: this.#waiting.signal }, () => undefined);
    this.#hold(name, { signal: this.#waiting.signal }, this.#lead);
    this.#timers.start('leader', LEADER_MS, () => {
      this.#hold(name, { steal: true }, this.#lead);
    });
    this.#ask({ kind: 'join', from: this.#id, wanted: this.#wanted });
  }

  readonly send?: Link['send'];
  readonly ping?: Link['ping'];

  follow(wanted: Wanted): void {
    for (const dept of this.#places.keys()) if (!wanted.has(dept)) this.#places.delete(dept);
    this.#wanted = new Map(wanted);
    this.#ask({ kind: 'follow', from: this.#id, wanted: this.#wanted });
  }

  restart(dept: string, cursor: Cursor | undefined): void {
    this.#places.delete(dept);
    this.#ask({ kind: 'restart', from: this.#id, dept, cursor });
  }

  ack(dept: string, seq: number): void {
    this.#ask({ kind: 'ack', from: this.#id, dept, seq });
  }

  close(): void {
    if (this.#ended) return;
    if (this.#leader) this.#post({ kind: 'bye' });
    else this.#post({ kind: 'leave', from: this.#id });
    this.#stop();
  }

  #nameOf(id: string): string {
    return `${this.#name}:${id}`;
  }

  /** Takes a lock, and keeps it until this link ends. */
  #hold(name: string, options: LockOptions, granted: () => void): void {
    const kept = () => {
      if (!this.#ended) granted();
      if (this.#ended) return undefined;
      return new Promise<void>((resolve) => {
        this.#release.push(resolve);
      });
    };
    navigator.locks.request(name, options, kept).catch(() => {
      // Aborted by the end of this link; or another tab has taken the lead from this one, which was frozen.
      if (this.#leader && name === this.#name) this.#end(GONE);
    });
  }

  readonly #lead = (): void => {
    this.#timers.stopAll();
    if (this.#greeted) {
      // The leader's tab is gone, and this one's places have moved on since it asked.
      this.#post({ kind: 'bye' });
      this.#end(GONE);
      return;
    }
    this.#leader ??= new Leader(this.#transport, this.#context, [this.#id, this.#wanted], (report, to) => {
      if (this.#ended) return;
      // Other tabs first: the end of the link ends this one.
      if (to !== this.#id) this.#post({ kind: 'report', to, report });
      if (to === undefined || to === this.#id) this.#received(report, to === undefined);
    });
    this.#post({ kind: 'report', report: ['alive'] });
  };

  #ask(request: Request): void {
    if (this.#leader) this.#leader.heard(request);
    else this.#post(request);
  }

  #post(message: Message): void {
    if (!this.#ended) this.#channel.postMessage(message);
  }

  #heard(message: Message): void {
    if (this.#ended) return;
    if (message.kind === 'report') {
      if (this.#leader || (message.to !== undefined && message.to !== this.#id)) return;
      this.#timers.stopAll();
      this.#received(message.report, message.to === undefined);
    } else if (message.kind === 'bye') {
      if (!this.#leader && this.#greeted) this.#end(GONE);
    } else if (this.#leader) {
      if (message.kind !== 'leave') this.#watch(message.from);
      this.#leader.heard(message);
    }
  }

  /** A tab that closes says nothing: its lock is free then. */
  #watch(tab: string): void {
    if (this.#watched.has(tab)) return;
    this.#watched.add(tab);
    navigator.locks
      .request(this.#nameOf(tab), { signal: this.#waiting.signal }, () => {
        this.#watched.delete(tab);
        this.#leader?.heard({ kind: 'leave', from: tab });
      })
      .catch(() => undefined); // this link has ended
  }

  #received(report: Report, isForAll: boolean): void {
    const [name, ...args] = report;
    if (!this.#isForThis(report, isForAll)) return;
    if (name === 'hello') this.#greeted = true;
    if (name === 'end') this.#stop();
    (this.#events[name] as (...args: unknown[]) => void)(...args);
  }

  /** Moves this tab's place. False for what it has, or has not asked for, and for a beginning after the one that came to all. */
  #isForThis([name, ...args]: Report, isForAll: boolean): boolean {
    const move = (dept: string, to: number, isBeginning = false) => {
      const place = this.#places.get(dept);
      const isNext = isBeginning ? isForAll || place === undefined : place !== undefined && to > place;
      if (!this.#wanted.has(dept) || !isNext) return false;
      this.#places.set(dept, to);
      return true;
    };
    switch (name) {
      case 'event': {
        const [{ dept, seq }] = args as Parameters<LinkEvents['event']>;
        return move(dept, seq);
      }
      case 'skipped': {
        const [dept, , to] = args as Parameters<LinkEvents['skipped']>;
        return move(dept, to);
      }
      case 'subscribed': {
        const [dept, { from }] = args as Parameters<LinkEvents['subscribed']>;
        return move(dept, from - 1, true);
      }
      case 'snapshot': {
        const [dept, { seq }] = args as Parameters<LinkEvents['snapshot']>;
        return move(dept, seq, true);
      }
      case 'refused':
        return this.#wanted.has(args[0] as string);
      default:
        return true;
    }
  }

  #end(end: LinkEnd): void {
    if (this.#ended) return;
    this.#stop();
    this.#events.end(end);
  }

  #stop(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#timers.stopAll();
    this.#leader?.close();
    this.#channel.close();
    this.#waiting.abort();
    for (const release of this.#release) release();
    this.#gone();
  }
}
