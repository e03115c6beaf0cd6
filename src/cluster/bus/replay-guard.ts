/** Older than this, or from further in the future, and a message is dropped: clocks of nodes may differ by as much. */
export const MAX_AGE_MS = 30_000;
const MAX_REMEMBERED = 20_000;

/**
 * Lets each signed message through once, and none that is too old. Remembers a bounded number: what has to be forgotten early to make room raises the age
 * limit to it, so that nothing forgotten can come again.
 */
export class ReplayGuard {
  /** Ids in the order in which they came, with their time. */
  private readonly seen = new Map<string, number>();
  private forgottenUpTo = -Infinity;

  /**
   * @param at when it was sent, by the sender's clock
   * @param now by this node's, both in milliseconds since 1970
   */
  accept(id: string, at: number, now: number): boolean {
    if (Math.abs(now - at) > MAX_AGE_MS || at <= this.forgottenUpTo || this.seen.has(id)) return false;
    this.seen.set(id, at);
    this.forget(now);
    return true;
  }

  get remembered(): number {
    return this.seen.size;
  }

  private forget(now: number): void {
    for (const [id, at] of this.seen) {
      const isOver = at < now - MAX_AGE_MS;
      if (!isOver && this.seen.size <= MAX_REMEMBERED) return;
      this.seen.delete(id);
      if (!isOver) this.forgottenUpTo = Math.max(this.forgottenUpTo, at);
    }
  }
}
