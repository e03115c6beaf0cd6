import type { Rate } from '../../platform/config/settings/setting.js';

/** Sliding windows shared by all nodes. */
export abstract class WindowStore {
  /**
   * Counts one, if fewer than `rate.count` were counted in the last `rate.seconds`.
   * @returns 0 when it was counted; else milliseconds until one will be
   * @throws BackplaneAway
   */
  abstract hit(key: string, rate: Rate): Promise<number>;
}
