import type { Logger } from '../common/logger.js';
import type { Wardline } from './wardline.js';

/** SIGTERM and SIGINT stop in order and exit 0; a second one exits at once with 1. */
export function stopOnSignals(logger: Logger): { manage(wardline: Wardline): void } {
  let running: Wardline | undefined;
  let stopping = false;

  const stop = async () => {
    if (!running) return;
    try {
      await running.stop();
      logger.info('wardline.stopped');
      process.exit(0);
    } catch (error) {
      logger.error('wardline.stop_failed', { error });
      process.exit(1);
    }
  };
  const onSignal = (signal: NodeJS.Signals) => {
    if (stopping) process.exit(1);
    stopping = true;
    logger.info('wardline.stopping', { signal });
    void stop();
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);

  return {
    /** A signal that came during the start takes effect now. */
    manage(wardline) {
      running = wardline;
      if (stopping) void stop();
    },
  };
}
