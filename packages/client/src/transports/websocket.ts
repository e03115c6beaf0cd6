import type { WebSocketLike } from '../environment/web-socket.js';
import type { ErrorBody } from '../errors.js';
import type { EventFrame } from '../protocol.js';
import type { Cursor, Hello, Link, LinkContext, LinkEvents, ServerFrame, Snapshot, Subscribed, Transport } from './transport.js';
import { MEMBERSHIP_ENDED } from './transport.js';

const OPEN = 1;

/** The first choice: one socket for everything. */
export function webSocket(): Transport {
  return { name: 'websocket', open: (context, events) => new SocketLink(context, events) };
}

class SocketLink implements Link {
  #socket: WebSocketLike | undefined;
  #ended = false;
  #reconnectIn: number | undefined;
  /** Departments that this socket follows, with the id of the `subscribe` that is under way. */
  readonly #followed = new Map<string, string | undefined>();

  readonly #events: LinkEvents;

  constructor(context: LinkContext, events: LinkEvents) {
    this.#events = events;
    const url = `${context.url.replace(/^http/, 'ws')}/ws`;
    context.openSocket(url).then(
      (socket) => {
        if (this.#ended) socket.close(1000);
        else this.#listen(socket);
      },
      () => {
        this.#end(1006);
      },
    );
  }

  follow(wanted: ReadonlyMap<string, Cursor | undefined>): void {
    for (const dept of this.#followed.keys()) if (!wanted.has(dept)) this.#leave(dept);
    for (const [dept, cursor] of wanted) if (!this.#followed.has(dept)) this.#subscribe(dept, cursor);
  }

  restart(dept: string, cursor: Cursor | undefined): void {
    this.#leave(dept);
    this.#subscribe(dept, cursor);
  }

  readonly send = (id: string, type: string, data: unknown): void => {
    this.#write({ id, type, data });
  };

  ack(dept: string, seq: number): void {
    this.#write({ type: 'ack', dept, seq });
  }

  readonly ping = (): void => {
    this.#write({ type: 'ping', t: Date.now() });
  };

  close(): void {
    this.#ended = true;
    this.#socket?.close(1000);
  }

  #listen(socket: WebSocketLike): void {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      if (!this.#ended && typeof data === 'string') this.#read(data);
    });
    socket.addEventListener('error', () => undefined); // `close` follows
    socket.addEventListener('close', ({ code }) => {
      this.#end(code);
    });
  }

  #subscribe(dept: string, cursor: Cursor | undefined): void {
    const id = crypto.randomUUID();
    this.#followed.set(dept, id);
    this.#write({ id, type: 'subscribe', dept, ...cursor });
  }

  #leave(dept: string): void {
    this.#followed.delete(dept);
    this.#write({ id: crypto.randomUUID(), type: 'unsubscribe', dept });
  }

  #write(frame: unknown): void {
    if (this.#socket?.readyState === OPEN) this.#socket.send(JSON.stringify(frame));
  }

  #read(text: string): void {
    let frame: ServerFrame;
    try {
      frame = JSON.parse(text) as ServerFrame;
    } catch {
      this.#socket?.close(1002);
      this.#end(1002);
      return;
    }
    this.#events.alive();
    const { type, dept, seq } = frame as unknown as EventFrame;
    const events = this.#events;
    if (type === 'ok' || type === 'error') this.#answered(frame as unknown as Answer);
    else if (type === 'hello') events.hello(frame as Hello);
    else if (type === 'snapshot' || type === 'skipped' || typeof seq === 'number') {
      if (!this.#followed.has(dept)) return; // it was on its way when the department was left
      if (type === 'snapshot') events.snapshot(dept, frame as unknown as Snapshot);
      else if (type === 'skipped') events.skipped(dept, frame['from'] as number, frame['to'] as number);
      else events.event(frame as unknown as EventFrame);
    } else if (type === 'unsubscribed') this.#refused(dept, MEMBERSHIP_ENDED);
    else {
      if (type === 'ping') this.#write({ type: 'pong', t: frame['t'] });
      if (type === 'server_shutdown') this.#reconnectIn = frame['reconnect_in'] as number;
      events.frame(frame);
    }
  }

  #refused(dept: string, error: ErrorBody): void {
    this.#followed.delete(dept);
    this.#events.refused(dept, error);
  }

  #answered(frame: Answer): void {
    const dept = [...this.#followed].find(([, id]) => id !== undefined && id === frame.re)?.[0];
    if (dept === undefined) {
      if (frame.re !== null) this.#events.answer(frame.re, frame.type === 'ok' ? { data: frame.data } : { error: frame });
      else this.#events.frame(frame as unknown as ServerFrame);
      return;
    }
    this.#followed.set(dept, undefined);
    if (frame.type === 'ok') this.#events.subscribed(dept, frame.data as Subscribed);
    else this.#refused(dept, frame);
  }

  #end(code: number): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#events.end({ code, reconnectIn: this.#reconnectIn });
  }
}

type Answer = ({ type: 'ok'; data: unknown } | ({ type: 'error' } & ErrorBody)) & { re: string | null };
