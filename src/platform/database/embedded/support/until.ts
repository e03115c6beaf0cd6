import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks again and again, until the answer is yes or the time is up. The condition is asked at least once, and once more
 * at the end of the time.
 *
 * @param timeoutMs  milliseconds after which it gives up
 * @param everyMs    milliseconds between two questions
 * @returns whether the condition became true in time; rejects only when the condition does
 */
export async function until(condition: () => Promise<boolean>, timeoutMs: number, everyMs = 20): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    if (await condition()) return true;
    const leftMs = deadline - performance.now();
    if (leftMs <= 0) return false;
    await sleep(Math.min(everyMs, leftMs));
  }
}

/** True when `promise` is fulfilled within `timeoutMs` milliseconds. Rejects when it does. Leaves no timer behind. */
export async function settlesWithin(promise: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const giveUp = new AbortController();
  const late = sleep(timeoutMs, false, { signal: giveUp.signal }).catch(() => false);
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    giveUp.abort();
  }
}
