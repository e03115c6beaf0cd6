import type { Logger } from '../logging/logger.js';
import type { Config } from '../config/config.js';
import { isRunByNpm } from '../config/environment.js';
import { exitOnFatalErrors, reportStartFailure } from '../../operations/shutdown/fatal-errors.js';
import { greet } from '../../startup/greeting.js';
import { uptimeMs } from '../system/uptime.js';
import { onSignals } from '../../operations/shutdown/signals.js';
import { FirstWorkerFailed, Supervisor } from './supervisor.js';

/** SUPERVISOR=on: this process owns port and database; the node runs in workers. */
export async function runSupervisor(config: Config, logger: Logger): Promise<void> {
  let stopping: Promise<void> | undefined;
  const end = (reason: string, exitCode: number): Promise<void> =>
    (stopping ??= (async () => {
      logger.info('wardline.stopping', { reason });
      try {
        await supervisor.stop();
        logger.info('wardline.stopped');
        process.exit(exitCode);
      } catch (error) {
        logger.error('wardline.stop_failed', { error });
        process.exit(1);
      }
    })());
  const supervisor = new Supervisor(config, logger, (why) => void end(why, why === 'administrator' ? 0 : 1));
  exitOnFatalErrors(logger);
  onSignals({
    stop: (reason) => void end(reason, 0),
    end: () => {
      supervisor.kill();
    },
    reload: () => {
      supervisor.replaceAll();
    },
    endsWithParent: isRunByNpm(),
  });
  try {
    const url = await supervisor.start();
    logger.info('wardline.ready', { url, uptime_ms: uptimeMs() });
    greet(url, config.database);
  } catch (error) {
    if (stopping) return; // a signal came during the start
    const isReported = error instanceof FirstWorkerFailed;
    await end('start failed', isReported ? error.exitCode : reportStartFailure(logger, error));
  }
}
