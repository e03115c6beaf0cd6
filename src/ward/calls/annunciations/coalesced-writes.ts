import type { Logger } from '../../../platform/logging/logger.js';

/** After a failure: a database that is down is not hammered. */
const RETRY_MS = 1000;

export interface CoalescedWritesOptions<T> {
  /** How long entries wait for one another. */
  everyMs: number;
  /** Entries beyond are dropped: what is noted here is cumulative, a later entry makes up for them. */
  mostWaiting: number;
  /** Entries of one write. */
  mostAtOnce: number;
  write: (entries: readonly T[]) => Promise<void>;
  /** Chooses between two entries of one key. */
  newer: (a: T, b: T) => T;
  /** Named by the log when a write has failed. */
  event: string;
}

/** Writes down what comes in small pieces in batches, one after another, away from the path of commands and events. A failed batch is tried again. */
export class CoalescedWrites<T> {
  private waiting = new Map<string, T>();
  private timer: NodeJS.Timeout | undefined;
  private flushing: Promise<void> = Promise.resolve();
  private stopped = false;
  private failed = false;

  constructor(
    private readonly options: CoalescedWritesOptions<T>,
    private readonly logger: Logger,
  ) {}

  /** True when the last write failed. */
  get isFailing(): boolean {
    return this.failed;
  }

  add(key: string, entry: T): void {
    const before = this.waiting.get(key);
    if (before === undefined && this.waiting.size >= this.options.mostWaiting) return;
    this.waiting.set(key, before === undefined ? entry : this.options.newer(before, entry));
    this.schedule(this.options.everyMs);
  }

  /** Writes what waits, once; then nothing is added any more. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.flushing;
    await this.flush();
  }

  private schedule(ms: number): void {
    if (this.stopped) return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.flushing = this.flushing.then(() => this.flush());
    }, ms);
  }

  /** Never rejects. */
  private async flush(): Promise<void> {
    const entries = [...this.waiting];
    this.waiting = new Map();
    for (let from = 0; from < entries.length; from += this.options.mostAtOnce) {
      const some = entries.slice(from, from + this.options.mostAtOnce);
      try {
        await this.options.write(some.map(([, entry]) => entry));
        this.failed = false;
      } catch (error) {
        if (!this.failed) this.logger.warn(this.options.event, { count: some.length, error });
        this.failed = true;
        this.putBack(some);
        this.schedule(RETRY_MS);
      }
    }
  }

  private putBack(entries: readonly [string, T][]): void {
    for (const [key, entry] of entries) {
      const since = this.waiting.get(key);
      if (since === undefined && this.waiting.size >= this.options.mostWaiting) return;
      this.waiting.set(key, since === undefined ? entry : this.options.newer(entry, since));
    }
  }
}
