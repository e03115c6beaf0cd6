import { vi } from 'vitest';
import { until } from '../../src/testing/contracts/support/until.js';

/** The longest that a test waits for one thing. A machine that does much else takes long; a test that waits in vain is rare. */
export const PATIENCE_MS = 120_000;

/** Looks until there is something to see. */
export function eventually<T>(look: () => Promise<T | undefined> | T | undefined, what: string, patienceMs = PATIENCE_MS): Promise<T> {
  return until(look, what, patienceMs);
}

/** Looks until nothing is wrong, and fails with what was wrong last. */
export function soon<T>(look: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(look, { timeout: PATIENCE_MS, interval: 50 });
}
