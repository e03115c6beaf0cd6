import { currentExtension } from '../../platform/common/extension-context.js';
import { EXIT_REFUSED, StartRefused } from '../../platform/common/start-refused.js';
import { lineOutput } from '../../platform/logging/line-output.js';
import type { Logger } from '../../platform/logging/logger.js';

/**
 * An uncaught error ends the process at once with 1. Its state can no longer be trusted, and its parent starts another. One that comes of code that is
 * not Wardline's ends nothing: it is a failure of its extension point.
 * @param onFatal runs before; whatever it throws is lost
 */
export function exitOnFatalErrors(logger: Logger, onFatal: () => void = () => undefined): void {
  const end = (event: string) => (error: unknown) => {
    const extension = currentExtension();
    if (extension) {
      extension.stray(error);
      return;
    }
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
