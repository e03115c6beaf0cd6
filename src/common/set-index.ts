/** Adds one to the set under `key`, which is made for the first. */
export function addTo<K, T>(index: Map<K, Set<T>>, key: K, one: T): void {
  const set = index.get(key) ?? new Set();
  set.add(one);
  index.set(key, set);
}

/** Takes one out of the set under `key`; the last one takes the set with it, so that the index holds no more than there is. */
export function removeFrom<K, T>(index: Map<K, Set<T>>, key: K, one: T): void {
  const set = index.get(key);
  set?.delete(one);
  if (set?.size === 0) index.delete(key);
}
