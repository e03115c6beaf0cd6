import type { Rate } from '../config/setting.js';

/** Whether one more is within the limit. */
export interface Verdict {
  readonly allowed: boolean;
  /** Whole seconds until one more will be; 0 when it is. */
  readonly retryAfter: number;
}

export const ALLOWED: Verdict = { allowed: true, retryAfter: 0 };

/**
 * Real sliding windows: in no stretch of `seconds` are more than `count` allowed, wherever it begins. What is refused does not count. The answer is
 * at hand where this node can tell by itself, and a promise where others must be asked.
 */
export abstract class SlidingWindows {
  /**
   * @param key whose window, with its kind in front: `client:<id>`, `room:<name>`
   * @param limit null: always allowed
   */
  abstract hit(key: string, limit: Rate | null): Verdict | Promise<Verdict>;
}
