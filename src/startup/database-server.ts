import type { Logger } from '../platform/logging/logger.js';
import type { DatabaseSettings } from '../platform/config/settings/database.settings.js';
import { startEmbeddedPostgres } from '../platform/database/embedded/embedded-postgres.js';

/** A PostgreSQL to connect to. */
export interface DatabaseServer {
  /** For migrations. */
  readonly ownerUrl: string;
  readonly applicationUrl: string;
  stop(): Promise<void>;
}

/** The server of DATABASE_URL and DATABASE_MIGRATION_URL; undefined when the database is embedded. */
export function givenServer({ DATABASE_URL, DATABASE_MIGRATION_URL }: DatabaseSettings): DatabaseServer | undefined {
  return DATABASE_URL === undefined
    ? undefined
    : notOurs({ ownerUrl: DATABASE_MIGRATION_URL ?? DATABASE_URL, applicationUrl: DATABASE_URL });
}

/** A server that others start and stop. */
export function notOurs(urls: { ownerUrl: string; applicationUrl: string }): DatabaseServer {
  return { ownerUrl: urls.ownerUrl, applicationUrl: urls.applicationUrl, stop: () => Promise.resolve() };
}

/** The embedded one. @param onLost it ended without being asked to */
export function embeddedServer({ DATA_DIR }: DatabaseSettings, logger: Logger, onLost: (reason: string) => void): Promise<DatabaseServer> {
  const log = (event: string, fields?: Record<string, unknown>) => {
    logger.info(event, fields);
  };
  return startEmbeddedPostgres({ dataDir: DATA_DIR, log, onUnexpectedExit: onLost });
}
