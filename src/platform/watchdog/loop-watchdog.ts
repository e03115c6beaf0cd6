import { Worker } from 'node:worker_threads';
import type { Logger } from '../logging/logger.js';
import { beat, BEAT_MS, LOOP_PLACE } from './loop-beat.js';
import type { WatchdogOrders } from './watchdog-thread.js';

interface WatchdogOptions extends Omit<WatchdogOrders, 'place'> {
  readonly logger: Logger;
  readonly onBeat?: () => void;
}

/** Seconds without a beat after which the extension point is written down: in time before the process is killed. */
export function noteAfter(stuckSec: number): number {
  return Math.max(1, stuckSec - 2);
}

/**
 * Beats from now on until the process ends, and has a thread watch the beats: a loop that hangs cannot do anything about it itself.
 * To be called when the process is ready: a loop that is busy with its start is not stuck.
 */
export function watchLoop({ logger, onBeat, ...orders }: WatchdogOptions): void {
  setInterval(() => {
    beat();
    onBeat?.();
  }, BEAT_MS).unref();
  const workerData: WatchdogOrders = { ...orders, place: LOOP_PLACE };
  const resourceLimits = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 };
  const thread = new Worker(new URL('./watchdog-thread.js', import.meta.url), { workerData, execArgv: [], resourceLimits });
  thread.unref();
  thread.on('error', (error) => {
    logger.error('watchdog.failed', { error });
  });
}
