import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../platform/logging/logger.js';

/**
 * Waits for one step of a start or an end, for at most `ms` milliseconds. A step that takes longer is logged, left behind and
 * aborted by its signal. A step that fails is logged too: nothing may keep a process from going on.
 * @returns whether it came to its end in time
 */
export async function runWithTimeout(
  logger: Logger,
  step: string,
  ms: number,
  work: (gone: AbortSignal) => Promise<unknown>,
): Promise<boolean> {
  const cut = new AbortController();
  const timer = new AbortController();
  try {
    const done = work(cut.signal).then(() => true);
    const late = sleep(Math.max(0, ms), false, { signal: timer.signal });
    const inTime = await Promise.race([done, late]);
    if (!inTime) logger.warn('lifecycle.step_cut', { step, after_ms: Math.round(ms) });
    done.catch((error: unknown) => {
      if (!inTime) logger.warn('lifecycle.step_failed', { step, error });
    });
    return inTime;
  } catch (error) {
    logger.error('lifecycle.step_failed', { step, error });
    return false;
  } finally {
    cut.abort();
    timer.abort();
  }
}
