/** Any number of things under each key. Most keys have one: it is held as it is, and a set is made for the second. */
export class SetIndex<K, T extends string | object> {
  private readonly held = new Map<K, T | Set<T>>();

  /** The number of keys. */
  get size(): number {
    return this.held.size;
  }

  keys(): Iterable<K> {
    return this.held.keys();
  }

  /** In the order in which they were added. */
  of(key: K): Iterable<T> {
    const held = this.held.get(key);
    if (held === undefined) return [];
    return held instanceof Set ? held : [held];
  }

  count(key: K): number {
    const held = this.held.get(key);
    if (held === undefined) return 0;
    return held instanceof Set ? held.size : 1;
  }

  add(key: K, one: T): void {
    const held = this.held.get(key);
    if (held === undefined) this.held.set(key, one);
    else if (held instanceof Set) held.add(one);
    else if (held !== one) this.held.set(key, new Set([held, one]));
  }

  /** The last one takes its key with it: the index holds no more than there is. */
  delete(key: K, one: T): void {
    const held = this.held.get(key);
    if (held === one) this.held.delete(key);
    else if (held instanceof Set && held.delete(one) && held.size === 0) this.held.delete(key);
  }
}
