import type { Rate } from '../config/settings/setting.js';

/** Up to here each hit has its own time. Beyond, hits closer together than a thousandth of the window share one. */
const EXACT = 1000;

/** When the hits of one key came, oldest first: never more than `EXACT + 1` entries, however high the limit. */
export class WindowLog {
  /** Milliseconds; of a shared entry its first and its last hit. */
  private starts: number[] = [];
  private ends: number[] = [];
  private counts: number[] = [];
  private total = 0;

  get entries(): number {
    return this.counts.length;
  }

  /** When the last hit came. */
  get latest(): number {
    return this.ends.at(-1) ?? -Infinity;
  }

  /** Forgets what lies a whole window back. A shared entry goes with its last hit: late rather than early, so that the limit holds. */
  expire(now: number, { seconds }: Rate): void {
    let gone = 0;
    while (gone < this.ends.length && (this.ends[gone] ?? 0) <= now - seconds * 1000) this.total -= this.counts[gone++] ?? 0;
    if (gone === 0) return;
    for (const list of [this.starts, this.ends, this.counts]) list.splice(0, gone);
  }

  has(room: Rate): boolean {
    return this.total < room.count;
  }

  add(now: number, { count, seconds }: Rate): void {
    const last = this.counts.length - 1;
    const grain = count > EXACT ? (seconds * 1000) / EXACT : 0;
    this.total++;
    if (last < 0) {
      // Lists of one: a push onto an empty list takes room for seventeen, and most keys have one hit.
      [this.starts, this.ends, this.counts] = [[now], [now], [1]];
      return;
    }
    if (now - (this.starts[last] ?? 0) < grain) {
      this.ends[last] = now;
      this.counts[last] = (this.counts[last] ?? 0) + 1;
      return;
    }
    this.starts.push(now);
    this.ends.push(now);
    this.counts.push(1);
  }

  /** Milliseconds until one more has room. */
  wait(now: number, { count, seconds }: Rate): number {
    let surplus = this.total - count + 1;
    for (let i = 0; i < this.counts.length; i++) {
      surplus -= this.counts[i] ?? 0;
      if (surplus <= 0) return (this.ends[i] ?? now) + seconds * 1000 - now;
    }
    return 0;
  }
}
