import DataLoader from 'dataloader';

/** Questions of one load. */
const MAX_TOGETHER = 200;

/**
 * Answers what is asked for within one turn of the event loop with one load, so that a rush costs a few queries. A load begins after all of its
 * questions, so no answer is older than its question; nothing is kept.
 * @param load answers in the order of the keys
 * @throws what `load` throws, to all who asked
 */
export function together<K, V>(load: (keys: readonly K[]) => Promise<V[]>): (key: K) => Promise<V> {
  const loader = new DataLoader<K, V>(load, {
    cache: false,
    maxBatchSize: MAX_TOGETHER,
    batchScheduleFn: (run) => {
      setImmediate(run);
    },
  });
  return (key) => loader.load(key);
}
