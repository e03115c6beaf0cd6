#!/usr/bin/env node
import 'reflect-metadata';
import { ConfigError, readConfig } from './config/config.js';
import { environment } from './config/environment.js';
import { createLogger } from './common/logger.js';
import { greet } from './lifecycle/greeting.js';
import { stopOnSignals } from './lifecycle/signals.js';
import { startWardline } from './lifecycle/wardline.js';

/** sysexits.h: the configuration is wrong. */
const EX_CONFIG = 78;

async function main(): Promise<void> {
  const config = readConfig(environment());
  const { LOG_LEVEL, LOG_FORMAT } = config.operations;
  const logger = await createLogger({
    level: LOG_LEVEL,
    pretty: LOG_FORMAT === undefined ? process.stdout.isTTY : LOG_FORMAT === 'pretty',
  });
  const stopping = stopOnSignals(logger);
  process.on('unhandledRejection', (error) => {
    logger.error('process.unhandled_rejection', { error });
    process.exit(1);
  });
  process.on('uncaughtException', (error) => {
    logger.error('process.uncaught_exception', { error });
    process.exit(1);
  });
  try {
    const wardline = await startWardline(config, logger, (reason) => {
      logger.error('database.lost', { reason });
      process.exit(1);
    });
    stopping.manage(wardline);
    logger.info('wardline.ready', { url: wardline.url, uptime_ms: Math.round(process.uptime() * 1000) });
    greet(wardline, config.database);
  } catch (error) {
    logger.error('wardline.start_failed', { error });
    process.stderr.write(`wardline: ${error instanceof Error ? error.message : 'start failed'}\n`);
    process.exit(1);
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.lines.join('\n')}\n`);
  process.exit(EX_CONFIG);
}
