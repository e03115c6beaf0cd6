import type { Clock } from '../../platform/common/clock.js';
import type { Rate } from '../../platform/config/settings/setting.js';
import { WindowStore } from '../ports/window-store.js';
import type { MemoryWorld } from './memory-world.js';

/** More keys than this, and those that have run out are removed. */
const MAX_IDLE_KEYS = 10_000;

/** Keeps the time of each hit that still counts. */
export class MemoryWindows extends WindowStore {
  private sweepAt = MAX_IDLE_KEYS;

  constructor(
    private readonly world: MemoryWorld,
    private readonly clock: Clock,
  ) {
    super();
  }

  hit(key: string, { count, seconds }: Rate): Promise<number> {
    const now = this.clock.monotonic();
    const length = seconds * 1000;
    const times = (this.world.windows.get(key) ?? []).filter((at) => at > now - length);
    const oldest = times[times.length - count];
    if (oldest !== undefined) return Promise.resolve(Math.max(1, oldest + length - now));
    times.push(now);
    this.world.windows.set(key, times);
    if (this.world.windows.size > this.sweepAt) this.sweep(now - length);
    return Promise.resolve(0);
  }

  /** Removes keys whose last hit is older than the given time. A longer window then counts from zero. */
  private sweep(before: number): void {
    for (const [key, times] of this.world.windows) if ((times.at(-1) ?? 0) < before) this.world.windows.delete(key);
    this.sweepAt = this.world.windows.size + MAX_IDLE_KEYS;
  }
}
