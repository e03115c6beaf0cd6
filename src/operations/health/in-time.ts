import { within } from '../../platform/common/within.js';

const CHECK_TIMEOUT_MS = 1500;

/** A check that takes too long has failed: a probe never hangs. */
export function inTime<T>(check: Promise<T>): Promise<T> {
  return within(check, CHECK_TIMEOUT_MS, () => new Error('timed out'));
}
