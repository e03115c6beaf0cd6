import { isatty } from 'node:tty';
import { createLogger, type Logger } from '../platform/logging/logger.js';
import type { OperationsSettings } from '../platform/config/settings/operations.settings.js';

/** LOG_LEVEL and LOG_FORMAT; lines for people on a terminal. */
export function processLogger({ LOG_LEVEL, LOG_FORMAT }: OperationsSettings): Promise<Logger> {
  return createLogger({ level: LOG_LEVEL, pretty: LOG_FORMAT === undefined ? isatty(1) : LOG_FORMAT === 'pretty' });
}
