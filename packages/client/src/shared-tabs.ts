import type { Tabs } from './client.js';
import type { ErrorBody } from './errors.js';
import type { EventFrame, TransportName } from './protocol.js';
import type { Cursor, Hello, Link, LinkContext, LinkEvents, ServerFrame, Transport } from './transports/transport.js';

/**
 * Lets the tabs of one browser share one connection. The tab that holds the lock has it and repeats every frame to the
 * others; when it closes, the next one opens its own from its places in the log. Without Web Locks each tab has its own.
 */
export function sharedTabs(): Tabs {
  const hubs: Hub[] = [];
  return {
    share: (transports, url) => {
      if (typeof navigator === 'undefined' || !('locks' in navigator) || typeof BroadcastChannel === 'undefined') return transports;
      return transports.map((transport) => ({
        name: transport.name,
        open: (context, events) => {
          const hub = new Hub(transport, context, events, `wardline:${url}:${transport.name}`, () => hubs.splice(hubs.indexOf(hub), 1));
          hubs.push(hub);
          return hub;
        },
      }));
    },
    close: () => {
      for (const hub of [...hubs]) hub.close();
    },
  };
}

/** The messages between tabs. `to` names one of them; without it, all listen. */
type Message =
  | { kind: 'join' | 'leave'; from: string }
  | { kind: 'follow'; from: string; wanted: [string, Cursor | undefined][] }
  | { kind: 'restart'; from: string; dept: string; cursor: Cursor | undefined }
  | { kind: 'send'; from: string; id: string; type: string; data: unknown }
  | { kind: 'ack'; dept: string; seq: number }
  | { kind: 'ping'; from: string }
  | { kind: 'report'; to?: string; report: Report }
  | { kind: 'bye' };

type Report = { [K in keyof LinkEvents]: [K, ...Parameters<LinkEvents[K]>] }[keyof LinkEvents];

/** A tab's link: its own connection when it leads, the leader's otherwise. */
class Hub implements Link {
  private readonly id = crypto.randomUUID();
  private readonly channel: BroadcastChannel;
  private own: Link | undefined;
  private ownHello: Hello | undefined;
  private wanted = new Map<string, Cursor | undefined>();
  private readonly others = new Map<string, Map<string, Cursor | undefined>>();
  /** Newest place in the log of each department that the own link follows. */
  private readonly places = new Map<string, Cursor>();
  private readonly asked = new Map<string, string>();
  private releaseLock: (() => void) | undefined;
  private readonly waiting = new AbortController();
  private ended = false;

  constructor(
    private readonly transport: Transport & { name: TransportName },
    private readonly context: LinkContext,
    private readonly events: LinkEvents,
    name: string,
    private readonly gone: () => void,
  ) {
    this.send = transport.name === 'websocket' ? this.sendCommand : undefined;
    this.channel = new BroadcastChannel(name);
    this.channel.onmessage = ({ data }: MessageEvent<Message>) => {
      this.heard(data);
    };
    this.post({ kind: 'join', from: this.id });
    navigator.locks
      .request(name, { signal: this.waiting.signal }, () => {
        if (this.ended) return undefined;
        this.lead();
        return new Promise<void>((resolve) => {
          this.releaseLock = resolve;
        });
      })
      .catch(() => undefined); // aborted by close()
  }

  follow(wanted: ReadonlyMap<string, Cursor | undefined>): void {
    this.wanted = new Map(wanted);
    if (this.own) this.followAll();
    else this.post({ kind: 'follow', from: this.id, wanted: [...wanted] });
  }

  restart(dept: string, cursor: Cursor | undefined): void {
    if (this.own) this.own.restart(dept, cursor);
    else this.post({ kind: 'restart', from: this.id, dept, cursor });
  }

  /** Absent where the link carries no commands: they go over HTTP from each tab. */
  readonly send: Link['send'];

  ack(dept: string, seq: number): void {
    if (this.own) this.own.ack(dept, seq);
    else this.post({ kind: 'ack', dept, seq });
  }

  readonly ping = (): void => {
    if (this.own) this.own.ping?.();
    else this.post({ kind: 'ping', from: this.id });
  };

  close(): void {
    if (this.ended) return;
    this.ended = true;
    this.post(this.own ? { kind: 'bye' } : { kind: 'leave', from: this.id });
    this.own?.close();
    this.channel.close();
    this.waiting.abort();
    this.releaseLock?.();
    this.gone();
  }

  private post(message: Message): void {
    this.channel.postMessage(message);
  }

  private lead(): void {
    const report = <K extends keyof LinkEvents>(...[name, ...args]: [K, ...Parameters<LinkEvents[K]>]) => {
      if (this.ended) return;
      (this.events[name] as (...args: unknown[]) => void)(...args);
      this.post({ kind: 'report', report: [name, ...args] as unknown as Report });
    };
    this.own = this.transport.open(this.context, {
      hello: (hello) => {
        this.ownHello = hello;
        report('hello', hello);
      },
      subscribed: (dept, answer) => {
        report('subscribed', dept, answer);
      },
      snapshot: (dept, snapshot) => {
        this.places.set(dept, { after: snapshot.seq, epoch: snapshot.epoch });
        report('snapshot', dept, snapshot);
      },
      event: (event: EventFrame) => {
        this.places.set(event.dept, { after: event.seq, epoch: this.places.get(event.dept)?.epoch ?? this.ownHello?.epoch ?? '' });
        report('event', event);
      },
      skipped: (dept, from, to) => {
        report('skipped', dept, from, to);
      },
      refused: (dept, error: ErrorBody) => {
        report('refused', dept, error);
      },
      answer: (id, result) => {
        const to = this.asked.get(id);
        this.asked.delete(id);
        if (to === undefined || to === this.id) this.events.answer(id, result);
        else this.post({ kind: 'report', to, report: ['answer', id, result] });
      },
      frame: (frame: ServerFrame) => {
        report('frame', frame);
      },
      alive: () => {
        report('alive');
      },
      end: (end) => {
        // Every tab is told, and each asks for a link again: the first one leads.
        report('end', end);
        this.close();
      },
    });
  }

  private readonly sendCommand = (id: string, type: string, data: unknown): void => {
    if (this.own) this.own.send?.(id, type, data);
    else this.post({ kind: 'send', from: this.id, id, type, data });
  };

  private followAll(): void {
    const union = new Map(this.wanted);
    for (const wanted of this.others.values()) for (const [dept, cursor] of wanted) if (!union.has(dept)) union.set(dept, cursor);
    this.own?.follow(union);
  }

  private heard(message: Message): void {
    if (this.ended) return;
    if (message.kind === 'report') {
      if (!this.own && (message.to === undefined || message.to === this.id)) this.reported(message.report);
      return;
    }
    if (message.kind === 'bye') {
      if (!this.own) this.reported(['end', { code: 1012, reconnectIn: 0 }]);
      return;
    }
    if (this.own) this.asLeader(message);
  }

  private reported([name, ...args]: Report): void {
    // What this tab did not ask for does not concern it.
    const dept =
      name === 'event'
        ? (args[0] as EventFrame).dept
        : name === 'subscribed' || name === 'snapshot' || name === 'skipped' || name === 'refused'
          ? args[0]
          : undefined;
    if (typeof dept === 'string' && !this.wanted.has(dept)) return;
    if (name === 'end') {
      this.ended = true;
      this.channel.close();
      this.waiting.abort();
      this.gone();
    }
    (this.events[name] as (...args: unknown[]) => void)(...args);
  }

  private asLeader(message: Exclude<Message, { kind: 'report' | 'bye' }>): void {
    switch (message.kind) {
      case 'join':
        if (this.ownHello) this.post({ kind: 'report', to: message.from, report: ['hello', this.ownHello] });
        return;
      case 'leave':
        this.others.delete(message.from);
        this.followAll();
        return;
      case 'follow': {
        const before = this.others.get(message.from) ?? new Map<string, Cursor | undefined>();
        this.others.set(message.from, new Map(message.wanted));
        this.followAll();
        for (const [dept, cursor] of message.wanted) if (!before.has(dept)) this.catchUp(message.from, dept, cursor);
        return;
      }
      case 'restart':
        this.catchUp(message.from, message.dept, undefined);
        return;
      case 'send':
        this.asked.set(message.id, message.from);
        this.own?.send?.(message.id, message.type, message.data);
        return;
      case 'ack':
        this.own?.ack(message.dept, message.seq);
        return;
      case 'ping':
        this.own?.ping?.();
        this.post({ kind: 'report', to: message.from, report: ['alive'] });
    }
  }

  /** A tab that joins later begins with a picture of its own, up to where the leader's link is. */
  private catchUp(to: string, dept: string, cursor: Cursor | undefined): void {
    const place = this.places.get(dept);
    if (!place) return; // the link is about to bring the beginning to every tab
    if (cursor && cursor.epoch === place.epoch && cursor.after === place.after) {
      this.post({ kind: 'report', to, report: ['subscribed', dept, { recovered: true, head: place.after, epoch: place.epoch }] });
      return;
    }
    // Through the link itself, so that no event falls between the picture and the stream.
    this.own?.restart(dept, undefined);
  }
}
