import type { Rate } from '../config/settings/setting.js';

/** True when one more is within the limit. */
export interface Verdict {
  readonly allowed: boolean;
  /** Whole seconds until one more will be; 0 when it is. */
  readonly retryAfter: number;
}

export const ALLOWED: Verdict = { allowed: true, retryAfter: 0 };

/**
 * Real sliding windows: no stretch of `seconds`, wherever it begins, has more than `count` allowed hits. A refused hit does
 * not count. The answer is a value when this node can decide alone, and a promise when it must ask others.
 */
export abstract class SlidingWindows {
  /**
   * @param key whose window, with its kind in front: `client:<id>`, `room:<name>`
   * @param limit null: always allowed
   */
  abstract hit(key: string, limit: Rate | null): Verdict | Promise<Verdict>;
}
