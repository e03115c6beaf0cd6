import { WardlineError } from '../errors.js';
import type { EventFrame } from '../protocol.js';
import type { Cursor, Link, LinkContext, LinkEvents, Snapshot, Transport } from './transport.js';

const WAIT_SEC = 25;

/** The last resort: one long poll for all departments. Commands go over HTTP; the next `after` is the receipt. */
export function longPoll(): Transport {
  return { name: 'poll', open: (context, events) => new PollLink(context, events) };
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

class PollLink implements Link {
  private readonly cursors = new Map<string, Cursor | undefined>();
  private request: AbortController | undefined;
  private running = false;
  private ended = false;
  private intervalMs = 0;

  constructor(
    private readonly context: LinkContext,
    private readonly events: LinkEvents,
  ) {
    queueMicrotask(() => {
      if (!this.ended) events.hello({ type: 'hello', epoch: '', heartbeat_sec: WAIT_SEC });
    });
  }

  follow(wanted: ReadonlyMap<string, Cursor | undefined>): void {
    let changed = false;
    for (const dept of [...this.cursors.keys()]) if (!wanted.has(dept)) changed = this.cursors.delete(dept) || changed;
    for (const [dept, cursor] of wanted) {
      if (this.cursors.has(dept)) continue;
      this.cursors.set(dept, cursor);
      changed = true;
    }
    if (changed) this.poll();
  }

  restart(dept: string, cursor: Cursor | undefined): void {
    this.cursors.set(dept, cursor);
    this.poll();
  }

  ack(): void {
    // The `after` of the next poll says it.
  }

  close(): void {
    this.ended = true;
    this.request?.abort();
  }

  private poll(): void {
    this.request?.abort();
    if (!this.running) void this.run();
  }

  private async run(): Promise<void> {
    this.running = true;
    try {
      while (!this.ended && this.cursors.size > 0) {
        const request = new AbortController();
        this.request = request;
        try {
          await this.snapshots(request.signal);
          await this.round(request.signal);
          await pause(this.intervalMs, request.signal);
        } catch (error) {
          if (!request.signal.aborted) throw error;
        }
      }
    } catch (error) {
      this.failed(error);
    } finally {
      this.running = false;
    }
  }

  /** A department without a place in the log begins with its picture. */
  private async snapshots(signal: AbortSignal): Promise<void> {
    for (const [dept, cursor] of this.cursors) {
      if (cursor) continue;
      const snapshot = (await this.context.http.request('GET', `/departments/${encodeURIComponent(dept)}/snapshot`, {
        signal,
      })) as Snapshot;
      this.cursors.set(dept, { after: snapshot.seq, epoch: snapshot.epoch });
      this.events.alive();
      this.events.snapshot(dept, snapshot);
    }
  }

  private async round(signal: AbortSignal): Promise<void> {
    const cursors = [...this.cursors].filter((entry): entry is [string, Cursor] => entry[1] !== undefined);
    const query = {
      dept: cursors.map(([dept]) => dept).join(','),
      after: cursors.map(([dept, { after }]) => `${dept}:${String(after)}`).join(','),
      epoch: cursors[0]?.[1].epoch ?? '',
      wait: String(WAIT_SEC),
    };
    const answer = (await this.context.http.request('GET', '/events', { query, signal, timeoutMs: (WAIT_SEC + 15) * 1000 })) as PollAnswer;
    this.events.alive();
    for (const dept of answer.reset) if (this.cursors.has(dept)) this.cursors.set(dept, undefined);
    for (const [dept, head] of Object.entries(answer.heads)) {
      const cursor = this.cursors.get(dept);
      if (!cursor) continue;
      this.events.subscribed(dept, { recovered: true, head, epoch: answer.epoch });
      const items = answer.items.filter((event) => event.dept === dept);
      for (const event of items) this.events.event(event);
      this.cursors.set(dept, { after: items.at(-1)?.seq ?? cursor.after, epoch: answer.epoch });
    }
  }

  private failed(error: unknown): void {
    if (this.ended) return;
    this.ended = true;
    const known = error instanceof WardlineError ? error : undefined;
    const code = known?.status === 401 ? 4002 : known?.status === 503 ? 4013 : 1006;
    this.events.end({ code, ...(known?.retryAfter !== undefined && { reconnectIn: known.retryAfter }) });
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(new DOMException('aborted', 'AbortError'));
    });
  });
}
