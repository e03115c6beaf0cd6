import { setTimeout as sleep } from 'node:timers/promises';
import { WardlineError } from '@wardline/client';
import { ApiError } from './api-error.js';

const ATTEMPTS = 8;
const DEFAULT_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;

/**
 * Asks again while the server says that it is busy (429, 503), as late as it says, and gives up
 * after a bounded number of times. Nothing else is asked twice, least of all a refused sign-in.
 */
export async function patiently<T>(ask: () => Promise<T>, onWait: (ms: number, code: string) => void = () => undefined): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      const isKnown = error instanceof ApiError || error instanceof WardlineError;
      const isBusy = isKnown && (error.status === 429 || error.status === 503);
      if (!isBusy || attempt >= ATTEMPTS) throw error;
      const asked = error instanceof ApiError ? error.retryAfterMs : error.retryAfter && error.retryAfter * 1000;
      const wait = asked ?? DEFAULT_WAIT_MS * attempt;
      if (wait > LONGEST_WAIT_MS) throw error;
      onWait(wait, error.code);
      await sleep(wait);
    }
  }
}

/** Runs `work` over all items, `limit` at a time; a failure or `stop` ends the taking of more. */
export async function eachLimited<T>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<void>,
  stop?: AbortSignal,
): Promise<void> {
  let next = 0;
  let failed = false;
  const worker = async (): Promise<void> => {
    while (!failed && stop?.aborted !== true && next < items.length) {
      const item = items[next];
      next += 1;
      if (item === undefined) continue;
      try {
        await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
}
