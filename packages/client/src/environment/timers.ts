/** Milliseconds by a clock that nobody sets. */
export const monotonic = (): number => performance.now();

/** Timers by name: one of each, and none left when all are cleared. */
export class Timers<N extends string> {
  readonly #running = new Map<N, ReturnType<typeof setTimeout>>();

  /** Starts a timer in place of the one of this name. */
  start(name: N, ms: number, act: () => void): void {
    this.stop(name);
    this.#running.set(
      name,
      setTimeout(() => {
        this.#running.delete(name);
        act();
      }, ms),
    );
  }

  runs(name: N): boolean {
    return this.#running.has(name);
  }

  stop(name: N): void {
    clearTimeout(this.#running.get(name));
    this.#running.delete(name);
  }

  stopAll(): void {
    for (const name of this.#running.keys()) this.stop(name);
  }
}
