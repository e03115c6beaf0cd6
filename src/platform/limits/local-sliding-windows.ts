import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import type { Rate } from '../config/settings/setting.js';
import { ALLOWED, SlidingWindows, type Verdict } from './sliding-windows.js';
import { WindowLog } from './window-log.js';

const MAX_KEYS = 50_000;
/** Entries of all keys together, 24 bytes each: the memory stays below 24 MB. */
const MAX_ENTRIES = 1_000_000;
/** Keys long unused that a hit takes along, two for one that it may add: without a timer the map empties as it fills. */
const SWEEP = 2;

interface Window {
  readonly log: WindowLog;
  seconds: number;
}

/** This node's own windows, in memory, the least lately used key first. When there are too many, that one is forgotten. */
@Injectable()
export class LocalSlidingWindows extends SlidingWindows {
  private readonly windows = new Map<string, Window>();
  private entries = 0;

  constructor(private readonly clock: Clock) {
    super();
  }

  /** Keys and entries held now. */
  get held(): { keys: number; entries: number } {
    return { keys: this.windows.size, entries: this.entries };
  }

  override hit(key: string, limit: Rate | null): Verdict {
    if (limit === null) return ALLOWED;
    const now = this.clock.monotonic();
    this.sweep(now);
    const window = this.take(key);
    window.seconds = limit.seconds;
    const verdict = this.judge(window.log, now, limit);
    if (verdict.allowed)
      this.grow(window.log, () => {
        window.log.add(now, limit);
      });
    this.windows.set(key, window);
    while (this.windows.size > MAX_KEYS || this.entries > MAX_ENTRIES) this.forgetFirst();
    return verdict;
  }

  /** The answer that a hit would get, without counting. */
  peek(key: string, limit: Rate | null): Verdict {
    const window = this.windows.get(key);
    return limit === null || !window ? ALLOWED : this.judge(window.log, this.clock.monotonic(), limit);
  }

  private judge(log: WindowLog, now: number, limit: Rate): Verdict {
    this.grow(log, () => {
      log.expire(now, limit);
    });
    if (log.has(limit)) return ALLOWED;
    return { allowed: false, retryAfter: Math.max(1, Math.ceil(log.wait(now, limit) / 1000)) };
  }

  /** Out of the map, to be put back at its end. */
  private take(key: string): Window {
    const window = this.windows.get(key) ?? { log: new WindowLog(), seconds: 0 };
    this.windows.delete(key);
    return window;
  }

  private grow(log: WindowLog, change: () => void): void {
    const before = log.entries;
    change();
    this.entries += log.entries - before;
  }

  private sweep(now: number): void {
    let left = SWEEP;
    for (const [key, { log, seconds }] of this.windows) {
      if (left-- === 0 || log.latest > now - seconds * 1000) return;
      this.forget(key, log);
    }
  }

  private forgetFirst(): void {
    for (const [key, { log }] of this.windows) {
      this.forget(key, log);
      return;
    }
  }

  private forget(key: string, log: WindowLog): void {
    this.windows.delete(key);
    this.entries -= log.entries;
  }
}
