import { fallback } from '../connection/fallback.js';
import { WardlineError } from '../errors.js';
import { monotonic } from '../environment/timers.js';
import type { EventFrame } from '../protocol.js';
import type { Cursor, Link, LinkContext, LinkEvents, Snapshot, Transport } from './transport.js';

const WAIT_SEC = 25;
/** Between two answers, unless the server names another time. */
const INTERVAL_MS = 3000;

/** The last resort: one long poll for all departments. Commands go over HTTP; the next `after` is the receipt. */
export function longPoll(): Transport {
  return { name: 'poll', fallback, open: (context, events) => new PollLink(context, events) };
}

interface PollAnswer {
  readonly epoch: string;
  /** Events of all departments, each department's in order. */
  readonly items: readonly EventFrame[];
  /** The newest event of each department's log. */
  readonly heads: Readonly<Record<string, number>>;
  /** Departments that must begin with a snapshot: another epoch, or a place before the retention. */
  readonly reset: readonly string[];
}

interface Admission {
  readonly fallback: { readonly poll_interval_ms: number };
}

class PollLink implements Link {
  readonly #cursors = new Map<string, Cursor | undefined>();
  /** Departments of which an answer has come. */
  readonly #begun = new Set<string>();
  #request: AbortController | undefined;
  #running = false;
  #ended = false;
  #intervalMs: number | undefined;
  #greeted = false;

  readonly #context: LinkContext;
  readonly #events: LinkEvents;

  constructor(context: LinkContext, events: LinkEvents) {
    this.#context = context;
    this.#events = events;
    this.follow(context.wanted());
    // Every one was refused before: there is nothing to wait for.
    if (this.#cursors.size === 0)
      queueMicrotask(() => {
        if (!this.#ended) this.#greet('');
      });
  }

  follow(wanted: ReadonlyMap<string, Cursor | undefined>): void {
    let changed = false;
    for (const dept of [...this.#cursors.keys()]) if (!wanted.has(dept)) changed = this.#leave(dept);
    for (const [dept, cursor] of wanted) {
      if (this.#cursors.has(dept)) continue;
      this.#cursors.set(dept, cursor);
      changed = true;
    }
    if (changed) this.#poll();
  }

  restart(dept: string, cursor: Cursor | undefined): void {
    this.#begun.delete(dept);
    this.#cursors.set(dept, cursor);
    this.#poll();
  }

  ack(): void {
    // The `after` of the next poll says it.
  }

  close(): void {
    this.#ended = true;
    this.#request?.abort();
  }

  #leave(dept: string): boolean {
    this.#begun.delete(dept);
    return this.#cursors.delete(dept);
  }

  #poll(): void {
    this.#request?.abort();
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      while (!this.#ended && this.#cursors.size > 0) {
        const request = new AbortController();
        this.#request = request;
        try {
          this.#intervalMs ??= await this.#askInterval(request.signal);
          await this.#snapshots(request.signal);
          const begun = monotonic();
          const isFirst = !this.#greeted;
          const hadNews = await this.#round(request.signal, isFirst ? 0 : WAIT_SEC);
          // An answer that waited long enough and brought nothing is followed at once: a call finds a poll that waits.
          if (!isFirst) await pause(this.#intervalMs - (hadNews ? 0 : monotonic() - begun), request.signal);
        } catch (error) {
          if (request.signal.aborted) continue;
          if (!isRefusal(error) || !(await this.#leaveRefused(request.signal))) throw error;
        }
      }
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#running = false;
    }
  }

  /** The answer's date, in whole seconds, is the only time of the server that a poll hears. */
  async #askInterval(signal: AbortSignal): Promise<number> {
    const asked = this.#context.http.raw('GET', '/ws/admission', { signal });
    const response = await Promise.race([asked, pause(3000, signal)]).catch(() => undefined);
    this.#events.frame({ type: 'ping', t: Date.parse(response?.headers.get('Date') ?? '') });
    const answer = (await response?.json().catch(() => undefined)) as Admission | undefined;
    return answer?.fallback.poll_interval_ms ?? INTERVAL_MS;
  }

  /** Leaves the departments that may not be read. @returns whether there is one: the others go on */
  async #leaveRefused(signal: AbortSignal): Promise<boolean> {
    const before = this.#cursors.size;
    for (const dept of [...this.#cursors.keys()]) {
      try {
        await this.#readSnapshot(dept, signal);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        this.#leave(dept);
        this.#events.refused(dept, error);
      }
    }
    return this.#cursors.size < before;
  }

  #greet(epoch: string): void {
    if (this.#greeted) return;
    this.#greeted = true;
    this.#events.hello({ type: 'hello', epoch, heartbeat_sec: WAIT_SEC + (this.#intervalMs ?? 0) / 1000 });
  }

  #readSnapshot(dept: string, signal: AbortSignal): Promise<Snapshot> {
    return this.#context.http.request('GET', `/departments/${encodeURIComponent(dept)}/snapshot`, { signal }) as Promise<Snapshot>;
  }

  /** A department without a place in the log begins with its picture. */
  async #snapshots(signal: AbortSignal): Promise<void> {
    for (const [dept, cursor] of this.#cursors) {
      if (cursor) continue;
      const snapshot = await this.#readSnapshot(dept, signal);
      this.#greet(snapshot.epoch);
      this.#cursors.set(dept, { after: snapshot.seq, epoch: snapshot.epoch });
      this.#events.alive();
      this.#events.snapshot(dept, snapshot);
    }
  }

  /** @returns whether it brought events */
  async #round(signal: AbortSignal, waitSec: number): Promise<boolean> {
    const cursors = [...this.#cursors].filter((entry): entry is [string, Cursor] => entry[1] !== undefined);
    const query = {
      dept: cursors.map(([dept]) => dept).join(','),
      after: cursors.map(([dept, { after }]) => `${dept}:${String(after)}`).join(','),
      epoch: cursors[0]?.[1].epoch ?? '',
      wait: String(waitSec),
    };
    const answer = (await this.#context.http.request('GET', '/events', { query, signal, timeoutMs: (WAIT_SEC + 15) * 1000 })) as PollAnswer;
    this.#greet(answer.epoch);
    this.#events.alive();
    for (const dept of answer.reset) if (this.#cursors.has(dept)) this.#cursors.set(dept, undefined);
    for (const [dept, head] of Object.entries(answer.heads)) {
      const cursor = this.#cursors.get(dept);
      if (!cursor) continue;
      // An answer that brings nothing changes nothing: the picture stays the same object.
      if (head > cursor.after || !this.#begun.has(dept))
        this.#events.subscribed(dept, { recovered: true, from: cursor.after + 1, head, epoch: answer.epoch });
      this.#begun.add(dept);
      const items = answer.items.filter((event) => event.dept === dept);
      for (const event of items) this.#events.event(event);
      this.#cursors.set(dept, { after: items.at(-1)?.seq ?? cursor.after, epoch: answer.epoch });
    }
    return answer.items.length > 0;
  }

  #failed(error: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    const known = error instanceof WardlineError ? error : undefined;
    const code = known?.status === 401 ? 4002 : known?.status === 503 ? 4013 : 1006;
    this.#events.end({ code, ...(known?.retryAfter !== undefined && { reconnectIn: known.retryAfter }) });
  }
}

/** One of the departments may not be read, or not any more. */
const isRefusal = (error: unknown): error is WardlineError =>
  error instanceof WardlineError && (error.status === 403 || error.status === 404);

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const stopped = () => {
      clearTimeout(timer);
      reject(new DOMException('aborted', 'AbortError'));
    };
    const timer = setTimeout(
      () => {
        signal.removeEventListener('abort', stopped);
        resolve();
      },
      Math.max(0, ms),
    );
    signal.addEventListener('abort', stopped);
  });
}
