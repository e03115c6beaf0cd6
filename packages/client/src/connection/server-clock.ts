import { monotonic } from '../environment/timers.js';

const SAMPLES = 5;

/**
 * The server's time, from the times that it sends. A message's age on its way only makes the server look slower,
 * so the largest difference of the last few is the nearest to the truth. Runs on the monotonic clock: a change of the
 * machine's own clock moves nothing.
 */
export class ServerClock {
  readonly #offsets: number[] = [];

  /** @param serverMs milliseconds since 1970 by the server, as just received */
  heard(serverMs: number | undefined): void {
    if (!serverMs) return;
    this.#offsets.push(serverMs - monotonic());
    if (this.#offsets.length > SAMPLES) this.#offsets.shift();
  }

  /** Milliseconds since 1970 by the server; by this machine until the server was heard. */
  now(): number {
    return this.#offsets.length === 0 ? Date.now() : monotonic() + Math.max(...this.#offsets);
  }
}
