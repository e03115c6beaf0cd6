import { monotonic, Timers } from '../environment/timers.js';

/** A probe ends after this time without a sign of life. */
const PROBE_MS = 3000;

/** Watches a link by the monotonic clock: silent for two heartbeats, or for 3 s after a probe, is silent. */
export class LifeSigns {
  readonly #timers = new Timers<'silence' | 'probe'>();
  #heardAt = 0;
  #limitMs = 50_000;

  readonly #silent: () => void;

  constructor(silent: () => void) {
    this.#silent = silent;
  }

  /** @param heartbeatSec seconds between two signs of life, as the server says */
  begin(heartbeatSec: number): void {
    this.#limitMs = heartbeatSec * 2000;
    this.heard();
    this.#timers.start('silence', this.#limitMs, this.#look);
  }

  heard(): void {
    this.#heardAt = monotonic();
    this.#timers.stop('probe');
  }

  /** Milliseconds since the last sign of life. */
  get quietMs(): number {
    return monotonic() - this.#heardAt;
  }

  probe(ping: () => void): void {
    ping();
    if (!this.#timers.runs('probe')) this.#timers.start('probe', PROBE_MS, this.#silent);
  }

  stop(): void {
    this.#timers.stopAll();
  }

  readonly #look = (): void => {
    const left = this.#limitMs - this.quietMs;
    if (left > 0) this.#timers.start('silence', left, this.#look);
    else this.#silent();
  };
}
