import { setTimeout as sleep } from 'node:timers/promises';
import type { Usage } from '../process/probe.js';

const WINDOW_MS = 500;
const QUIET_SHARE = 0.1;
const GIVE_UP_MS = 60_000;

/** Until the process has next to nothing to do: what follows connections (presence, metrics) is written by then. */
export async function untilQuiet(usage: () => Promise<Usage>): Promise<void> {
  const giveUpAt = performance.now() + GIVE_UP_MS;
  let before = await usage();
  while (performance.now() < giveUpAt) {
    await sleep(WINDOW_MS);
    const after = await usage();
    if (after.cpu_us - before.cpu_us < WINDOW_MS * 1000 * QUIET_SHARE) return;
    before = after;
  }
  throw new Error(`still busy after ${String(GIVE_UP_MS / 1000)} s`);
}
