import { EXIT_REFUSED, StartRefused } from '../../platform/common/start-refused.js';
import { lineOutput } from '../../platform/logging/line-output.js';
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

/** For logs and for whoever started us. @returns the exit code: 78 when the start was refused, else 1 */
export function reportStartFailure(logger: Logger, error: unknown): number {
  logger.error('wardline.start_failed', { error });
  lineOutput(2).write(`wardline: ${error instanceof Error ? error.message : 'start failed'}\n`);
  return error instanceof StartRefused ? EXIT_REFUSED : 1;
}
