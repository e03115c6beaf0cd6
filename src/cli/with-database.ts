import { EXIT_REFUSED, StartRefused } from '../platform/common/start-refused.js';
import { type Config, readConfig } from '../platform/config/config.js';
import { environment } from '../platform/config/environment.js';
import { createLogger } from '../platform/logging/logger.js';
import { startEmbeddedPostgres } from '../platform/database/embedded/embedded-postgres.js';

/** The connection of the owner: the embedded server's, started for the command, or the one that the settings name. */
export interface CommandContext {
  ownerUrl: string;
  applicationUrl: string;
  config: Config;
}

/**
 * Runs a command on the installation's database, and ends the process: 0, 1 with a line on stderr, or 78 for wrong settings.
 * With the embedded database, Wardline itself must be stopped meanwhile.
 */
export async function withDatabase(work: (context: CommandContext) => Promise<void>): Promise<never> {
  try {
    const config = readConfig(environment());
    const { DATABASE_URL, DATABASE_MIGRATION_URL, DATA_DIR } = config.database;
    if (DATABASE_URL !== undefined) {
      await work({ ownerUrl: DATABASE_MIGRATION_URL ?? DATABASE_URL, applicationUrl: DATABASE_URL, config });
    } else {
      const logger = await createLogger({ level: 'warn', pretty: false });
      const server = await startEmbeddedPostgres({ dataDir: DATA_DIR, log: (event, fields) => logger.debug(event, fields) });
      try {
        await work({ ownerUrl: server.ownerUrl, applicationUrl: server.applicationUrl, config });
      } finally {
        await server.stop();
      }
    }
    process.exit(0);
  } catch (error) {
    process.stderr.write(`${error instanceof StartRefused ? error.lines.join('\n') : error instanceof Error ? error.message : 'failed'}\n`);
    process.exit(error instanceof StartRefused ? EXIT_REFUSED : 1);
  }
}
