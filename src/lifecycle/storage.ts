import { Passwords } from '../auth/passwords.js';
import type { Logger } from '../common/logger.js';
import type { DatabaseSettings } from '../config/database.settings.js';
import { startEmbeddedPostgres } from '../database/embedded/embedded-postgres.js';
import { grantToApplication } from '../database/grants.js';
import { migrateUp } from '../database/migrations.js';
import { seedDemoHospital } from '../hospital/demo-seed.js';

/** A database that is up, migrated and, where asked for, seeded. */
export interface Storage {
  /** What the application connects with. */
  databaseUrl: string;
  embedded: boolean;
  seeded: boolean;
  stop(): Promise<void>;
}

interface StorageOptions {
  settings: DatabaseSettings;
  /** Where Wardline will listen. */
  url: string;
  logger: Logger;
  /** The embedded server ended without being asked to. */
  onLost: (reason: string) => void;
}

interface Server {
  ownerUrl: string;
  applicationUrl: string;
  stop(): Promise<void>;
}

async function openServer({ settings, logger, onLost }: StorageOptions): Promise<Server> {
  const { DATABASE_URL, DATABASE_MIGRATION_URL, DATA_DIR } = settings;
  if (DATABASE_URL !== undefined) {
    return { ownerUrl: DATABASE_MIGRATION_URL ?? DATABASE_URL, applicationUrl: DATABASE_URL, stop: () => Promise.resolve() };
  }
  const log = (event: string, fields?: Record<string, unknown>) => {
    logger.info(event, fields);
  };
  return startEmbeddedPostgres({ dataDir: DATA_DIR, log, onUnexpectedExit: onLost });
}

/** Brings the database up: the server where it is embedded, the migrations, the grants, the demo hospital. */
export async function openStorage(options: StorageOptions): Promise<Storage> {
  const { settings, url, logger } = options;
  const server = await openServer(options);
  try {
    const applied = await migrateUp(server.ownerUrl);
    if (applied.length > 0) logger.info('database.migrated', { applied });
    await grantToApplication(server.ownerUrl, server.applicationUrl);
    const embedded = settings.DATABASE_URL === undefined;
    const seeded =
      (settings.SEED_DEMO ?? embedded) &&
      (await seedDemoHospital({ databaseUrl: server.ownerUrl, dataDir: settings.DATA_DIR, url, passwords: new Passwords() }));
    return { databaseUrl: server.applicationUrl, embedded, seeded, stop: () => server.stop() };
  } catch (error) {
    await server.stop();
    throw error;
  }
}
