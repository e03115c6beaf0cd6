interface Waiting {
  grant(): void;
  refuse(error: unknown): void;
}

/** Web Locks in memory, for the parts of them that tabs use: queues, `signal`, `steal`. */
export class MemoryLocks {
  readonly #held = new Map<string, { stolen(error: unknown): void }>();
  readonly #queues = new Map<string, Waiting[]>();

  /** Names of the locks that somebody holds or waits for. */
  get names(): string[] {
    const waitedFor = [...this.#queues].flatMap(([name, queue]) => (queue.length > 0 ? [name] : []));
    return [...new Set([...this.#held.keys(), ...waitedFor])];
  }

  readonly request = (name: string, ...args: [() => unknown] | [LockOptions, () => unknown]): Promise<unknown> => {
    const callback = args[args.length - 1] as () => unknown;
    const options = args.length > 1 ? (args[0] as LockOptions) : {};
    return new Promise((resolve, reject) => {
      const queue = this.#queues.get(name) ?? [];
      this.#queues.set(name, queue);
      const waiting: Waiting = {
        grant: () => {
          this.#hold(name, callback, resolve, reject);
        },
        refuse: reject,
      };
      options.signal?.addEventListener('abort', () => {
        const at = queue.indexOf(waiting);
        if (at >= 0) queue.splice(at, 1);
        if (at >= 0) reject(new DOMException('aborted', 'AbortError'));
      });
      if (options.steal) {
        this.#held.get(name)?.stolen(new DOMException('stolen', 'AbortError'));
        queue.unshift(waiting);
      } else queue.push(waiting);
      this.#next(name);
    });
  };

  #hold(name: string, callback: () => unknown, resolve: (value: unknown) => void, reject: (error: unknown) => void): void {
    const held = {
      stolen: (error: unknown) => {
        this.#held.delete(name);
        reject(error);
      },
    };
    this.#held.set(name, held);
    const released = () => {
      if (this.#held.get(name) !== held) return;
      this.#held.delete(name);
      this.#next(name);
    };
    Promise.resolve()
      .then(callback)
      .then(resolve, reject)
      .finally(released)
      .catch(() => undefined); // `reject` has it
  }

  #next(name: string): void {
    queueMicrotask(() => {
      if (!this.#held.has(name)) this.#queues.get(name)?.shift()?.grant();
    });
  }
}
