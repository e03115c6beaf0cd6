import { monotonic } from '../environment/timers.js';

const INTERVAL_MS = 200;

/** Receipts of what the screen has shown: cumulative, at most five times a second for all departments together. */
export class Acks {
  readonly #shown = new Map<string, number>();
  #sent = new Map<string, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastAt = -Infinity;
  readonly #send: (dept: string, seq: number) => void;

  constructor(send: (dept: string, seq: number) => void) {
    this.#send = send;
  }

  readonly shown = (dept: string, seq: number): void => {
    if ((this.#sent.get(dept) ?? 0) >= seq) return;
    this.#shown.set(dept, seq);
    if (this.#timer === undefined && monotonic() - this.#lastAt >= INTERVAL_MS) this.#flush();
    else this.#wait();
  };

  /** A lost link: what was sent may not have arrived. */
  again(): void {
    this.#sent.clear();
    if (this.#shown.size > 0) this.#wait();
  }

  forget(dept: string): void {
    this.#shown.delete(dept);
    this.#sent.delete(dept);
  }

  clear(): void {
    this.#shown.clear();
    this.#sent.clear();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #wait(): void {
    this.#timer ??= setTimeout(this.#flush, INTERVAL_MS);
  }

  readonly #flush = (): void => {
    this.#timer = undefined;
    this.#lastAt = monotonic();
    for (const [dept, seq] of this.#shown) if (this.#sent.get(dept) !== seq) this.#send(dept, seq);
    this.#sent = new Map(this.#shown);
  };
}
