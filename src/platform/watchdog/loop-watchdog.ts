import { Worker } from 'node:worker_threads';
import type { Logger } from '../logging/logger.js';
import { beat, BEAT_MS, LOOP_PLACE } from './loop-beat.js';
import type { WatchdogOrders } from './watchdog-thread.js';

interface WatchdogOptions extends Omit<WatchdogOrders, 'place' | 'isUp' | 'databaseUrl' | 'loading'> {
  readonly logger: Logger;
  readonly onBeat?: () => void;
  /** The file of a hospital that is about to be loaded. */
  readonly loading?: string | undefined;
}

/** The watch over this process's event loop. */
export interface LoopWatch {
  /** The hospital is loaded. */
  loaded(): void;
  /** The database in which the extension point is written down that the loop hangs in; none before it is known. */
  noteIn(databaseUrl: string): void;
  /** The start is over: less time makes the process stuck. */
  up(): void;
}

/**
 * Beats from now on until the process ends, and has a thread watch the beats: a loop that hangs cannot do anything about it itself.
 * To be called before anything of a hospital's own starts.
 */
export function watchLoop({ logger, onBeat, loading, ...orders }: WatchdogOptions): LoopWatch {
  setInterval(() => {
    beat();
    onBeat?.();
  }, BEAT_MS).unref();
  const workerData: WatchdogOrders = { ...orders, loading, place: LOOP_PLACE, isUp: false, databaseUrl: undefined };
  const resourceLimits = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 2 };
  const thread = new Worker(new URL('./watchdog-thread.js', import.meta.url), { workerData, execArgv: [], resourceLimits });
  thread.unref();
  thread.on('error', (error) => {
    logger.error('watchdog.failed', { error });
  });
  const order = (more: Partial<WatchdogOrders>) => {
    thread.postMessage(more);
  };
  return {
    loaded: () => {
      order({ loading: undefined });
    },
    noteIn: (databaseUrl) => {
      order({ databaseUrl });
    },
    up: () => {
      order({ isUp: true });
    },
  };
}
