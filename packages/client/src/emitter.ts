/** Takes back a registration. A second call does nothing. */
export type Undo = () => void;

/** Listeners by name. A listener that throws is reported and stops no other. */
export class Emitter<M extends object> {
  readonly #listeners = new Map<keyof M, Set<(value: never) => void>>();

  readonly on = <K extends keyof M>(name: K, listener: (value: M[K]) => void): Undo => {
    const all = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, all);
    // A wrapper of its own: the same function may be registered twice.
    const entry = (value: M[K]) => {
      listener(value);
    };
    all.add(entry);
    return () => {
      all.delete(entry);
    };
  };

  emit<K extends keyof M>(name: K, value: M[K]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) callSafely(listener as (value: M[K]) => void, value);
  }

  clear(): void {
    this.#listeners.clear();
  }
}

/** Runs code of the screen. Its error reaches the screen's own error handling, not the stream of events. */
export function callSafely<T>(listener: (value: T) => void, value: T): void {
  try {
    listener(value);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
