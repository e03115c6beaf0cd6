import DataLoader from 'dataloader';

/** Questions of one load. */
const MAX_TOGETHER = 200;
/** A load that takes longer keeps nobody waiting. */
const SLOW_MS = 50;

/**
 * Answers with one load what is asked for within one turn of the event loop, and while the load before is under way: alone a question
 * waits for nothing, and the greater the rush, the more go together. A load begins after all of its questions, so no answer is older
 * than its question; nothing is kept.
 * @param load answers in the order of the keys
 * @throws what `load` throws, to all who asked
 */
export function createBatchLoader<K, V>(load: (keys: readonly K[]) => Promise<V[]>): (key: K) => Promise<V> {
  const line = new SingleFlight();
  const loader = new DataLoader<K, V>((keys) => line.hold(load(keys)), {
    cache: false,
    maxBatchSize: MAX_TOGETHER,
    batchScheduleFn: (run) => {
      setImmediate(() => {
        line.enter(run);
      });
    },
  });
  return (key) => loader.load(key);
}

/** One load at a time, unless it is slow. Its bound is that of those who ask. */
class SingleFlight {
  private isTaken = false;
  private readonly waiting: (() => void)[] = [];

  /** @param run calls {@link hold} at once */
  enter(run: () => void): void {
    if (this.isTaken) this.waiting.push(run);
    else run();
  }

  async hold<T>(load: Promise<T>): Promise<T> {
    this.isTaken = true;
    let isOver = false;
    const next = () => {
      if (isOver) return;
      isOver = true;
      this.isTaken = false;
      this.waiting.shift()?.();
    };
    const slow = setTimeout(next, SLOW_MS);
    try {
      return await load;
    } finally {
      clearTimeout(slow);
      next();
    }
  }
}
