import { lineOutput } from '../../platform/common/line-output.js';
import type { Logger } from '../../platform/logging/logger.js';

/**
 * What nothing caught ends the process at once with 1: its state can no longer be trusted, and who started it starts another.
 * @param onFatal runs before; whatever it throws is lost
 */
export function exitOnFatalErrors(logger: Logger, onFatal: () => void = () => undefined): void {
  const end = (event: string) => (error: unknown) => {
    logger.error(event, { error });
    try {
      onFatal();
    } finally {
      process.exit(1);
    }
  };
  process.on('unhandledRejection', end('process.unhandled_rejection'));
  process.on('uncaughtException', end('process.uncaught_exception'));
}

/** For logs and for whoever started us. */
export function reportStartFailure(logger: Logger, error: unknown): void {
  logger.error('wardline.start_failed', { error });
  lineOutput(2).write(`wardline: ${error instanceof Error ? error.message : 'start failed'}\n`);
}
