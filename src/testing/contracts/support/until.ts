import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE_MS = 15_000;
const LOOK_MS = 20;

/** Looks until there is something to see. */
export async function until<T>(look: () => Promise<T | undefined> | T | undefined, what: string, patienceMs = PATIENCE_MS): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (performance.now() > deadline) throw new Error(`${what} did not come about within ${String(patienceMs)} ms`);
    await sleep(LOOK_MS);
  }
}
