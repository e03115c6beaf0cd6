import { fallback } from '../connection/fallback.js';
import { clientError, type ErrorBody, WardlineError } from '../errors.js';
import type { EventFrame } from '../protocol.js';
import type { Cursor, Hello, Link, LinkContext, LinkEvents, ServerFrame, Snapshot, Transport } from './transport.js';
import { MEMBERSHIP_ENDED } from './transport.js';
import { StreamParser } from './sse.js';

/** One event stream for all departments, where no socket gets through. Commands and receipts go over HTTP. */
export function eventStream(): Transport {
  return { name: 'stream', fallback, open: (context, events) => new StreamLink(context, events) };
}

class StreamLink implements Link {
  readonly #cursors = new Map<string, Cursor | undefined>();
  #request: AbortController | undefined;
  #reopening = false;
  #ended = false;
  #reconnectIn: number | undefined;
  #closeCode: number | undefined;
  #greeted = false;

  readonly #context: LinkContext;
  readonly #events: LinkEvents;

  constructor(context: LinkContext, events: LinkEvents) {
    this.#context = context;
    this.#events = events;
    // A stream says hello only with a department: the wanted ones are asked for at once.
    this.follow(context.wanted());
    // Every one was refused before: there is nothing to wait for.
    if (this.#cursors.size === 0)
      queueMicrotask(() => {
        if (!this.#ended) this.#hello({ type: 'hello', epoch: '', heartbeat_sec: 15 });
      });
  }

  follow(wanted: ReadonlyMap<string, Cursor | undefined>): void {
    const known = [...this.#cursors.keys()];
    if (wanted.size === known.length && known.every((dept) => wanted.has(dept))) return;
    for (const dept of known) if (!wanted.has(dept)) this.#cursors.delete(dept);
    for (const [dept, cursor] of wanted) if (!this.#cursors.has(dept)) this.#cursors.set(dept, cursor);
    this.#reopen();
  }

  restart(dept: string, cursor: Cursor | undefined): void {
    this.#cursors.set(dept, cursor);
    this.#reopen();
  }

  ack(dept: string, seq: number): void {
    this.#context.http.request('POST', `/departments/${encodeURIComponent(dept)}/acks`, { body: { seq } }).catch(() => undefined); // the next one covers it
  }

  close(): void {
    this.#ended = true;
    this.#request?.abort();
  }

  /** Several changes of one turn open one stream. */
  #reopen(): void {
    if (this.#reopening) return;
    this.#reopening = true;
    queueMicrotask(() => {
      this.#reopening = false;
      this.#request?.abort();
      this.#request = undefined;
      if (!this.#ended && this.#cursors.size > 0) void this.#read();
    });
  }

  async #read(): Promise<void> {
    const request = new AbortController();
    this.#request = request;
    const isCurrent = () => this.#request === request && !this.#ended;
    try {
      const response = await this.#context.http.raw('GET', this.#path(), {
        signal: request.signal,
        headers: { Accept: 'text/event-stream' },
      });
      const reader = response.body?.getReader();
      if (!reader) throw clientError('MALFORMED_ANSWER', 'the event stream has no body', true);
      const parser = new StreamParser();
      const decoder = new TextDecoder();
      for (;;) {
        const { done, value } = await reader.read();
        if (!isCurrent()) return;
        if (done) break;
        this.#events.alive();
        for (const { event, data } of parser.push(decoder.decode(value, { stream: true })))
          if (data !== '' && isCurrent()) this.#heard(event, data);
      }
      this.#end(this.#closeCode ?? 1006);
    } catch (error) {
      if (isCurrent()) this.#failed(error);
    }
  }

  #path(): string {
    const depts = [...this.#cursors.keys()];
    const known = [...this.#cursors].filter((entry): entry is [string, Cursor] => entry[1] !== undefined);
    const query = new URLSearchParams({ dept: depts.join(',') });
    if (known.length > 0) {
      query.set('after', known.map(([dept, { after }]) => `${dept}:${String(after)}`).join(','));
      query.set('epoch', known[0]?.[1].epoch ?? '');
    }
    return `/events/stream?${query.toString()}`;
  }

  #heard(event: string, data: string): void {
    const frame = JSON.parse(data) as ServerFrame;
    const { dept } = frame as unknown as { dept: string };
    switch (frame.type) {
      case 'hello':
        this.#hello(frame as Hello);
        return;
      case 'snapshot':
        this.#events.snapshot(dept, frame as unknown as Snapshot);
        this.#moved(dept, frame['seq'] as number, frame['epoch'] as string);
        return;
      case 'skipped':
        this.#events.skipped(dept, frame['from'] as number, frame['to'] as number);
        this.#moved(dept, frame['to'] as number);
        return;
      case 'unsubscribed':
        this.#cursors.delete(dept);
        this.#events.refused(dept, MEMBERSHIP_ENDED);
        return;
      case 'error':
        this.#failedDepartment(frame as unknown as ErrorBody);
        return;
      case 'server_shutdown':
        this.#reconnectIn = frame['reconnect_in'] as number;
        return;
      default:
        if (event === 'close') this.#closeCode = frame['code'] as number;
        else if (typeof frame['seq'] === 'number') {
          this.#events.event(frame as unknown as EventFrame);
          this.#moved(dept, frame['seq']);
        } else this.#events.frame(frame);
    }
  }

  /** The first one opens the link; a stream that takes its place because other departments are wanted does not. */
  #hello(hello: Hello): void {
    const epoch = hello.epoch;
    if (!this.#greeted) this.#events.hello(hello);
    this.#greeted = true;
    for (const { dept, recovered, from, head } of hello.departments ?? [])
      if (this.#cursors.has(dept)) this.#events.subscribed(dept, { recovered, from, head, epoch });
  }

  /** The stream goes on without a department that may not be read. */
  #failedDepartment(error: ErrorBody): void {
    const dept = error.details?.['dept'];
    if (typeof dept !== 'string') return;
    this.#cursors.delete(dept);
    this.#events.refused(dept, error);
  }

  #moved(dept: string, after: number, epoch?: string): void {
    if (!this.#cursors.has(dept)) return;
    this.#cursors.set(dept, { after, epoch: epoch ?? this.#cursors.get(dept)?.epoch ?? '' });
  }

  #failed(error: unknown): void {
    if (error instanceof WardlineError && error.status === 401) this.#end(4002);
    else if (error instanceof WardlineError && error.status === 503 && error.retryAfter !== undefined) this.#end(4013, error.retryAfter);
    else this.#end(1006);
  }

  #end(code: number, wait = this.#reconnectIn): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#events.end({ code, reconnectIn: wait });
  }
}
