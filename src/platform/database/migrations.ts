import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { refuseNewerSchema } from './newer-schema.js';
import { packageVersion } from '../system/package-version.js';
import { packageRoot } from '../system/package-root.js';
import { openConnection } from './bounded-client.js';
import { connectionOptions } from './connection-options.js';
import { GuardedPool } from './pools.js';

/** Taken by who migrates, so that nodes that start together take turns. */
const MIGRATION_LOCK = 0x57a2d;
const LOCK_WAIT_MS = 60_000;
const MIGRATION_TIMEOUT_MS = 600_000;
/** First line of an `.up.sql` on whose schema an older program can run. */
const ADDITIVE = /^-- additive\b/;
const FILE = /^(\d{14})-([a-z0-9-]+)\.up\.sql$/;

/** The migration that made `migration_notes`: it and those after it are noted there. */
const NOTES_SINCE = '20261129020000';

interface MigrationFile {
  stamp: string;
  name: string;
  up: string;
  down: string;
}

function readMigrationFiles(folder = join(packageRoot(), 'migrations')): MigrationFile[] {
  return readdirSync(folder)
    .sort()
    .flatMap((file) => {
      const match = FILE.exec(file);
      if (!match?.[1] || !match[2]) return [];
      const up = readFileSync(join(folder, file), 'utf8');
      const down = readFileSync(join(folder, file.replace('.up.sql', '.down.sql')), 'utf8');
      return [{ stamp: match[1], name: match[2], up, down }];
    });
}

/** TypeORM reads the order from the digits at the end of a migration's name. */
function asMigration(file: MigrationFile): new () => MigrationInterface {
  const name = `${file.name}${file.stamp}`;
  return class implements MigrationInterface {
    readonly name = name;
    async up(runner: QueryRunner): Promise<void> {
      await runner.query(file.up);
      if (file.stamp >= NOTES_SINCE) {
        await runner.query('INSERT INTO migration_notes VALUES ($1, $2, $3)', [name, ADDITIVE.test(file.up), packageVersion()]);
      }
    }
    async down(runner: QueryRunner): Promise<void> {
      if (file.stamp >= NOTES_SINCE) await runner.query('DELETE FROM migration_notes WHERE name = $1', [name]);
      await runner.query(file.down);
    }
  };
}

/** Names of the migrations that this build brings, oldest first. */
export function migrationNames(): string[] {
  return readMigrationFiles().map((file) => `${file.name}${file.stamp}`);
}

async function withLockedSource<T>(url: string, work: (source: DataSource) => Promise<T>): Promise<T> {
  const guard = await openConnection({ ...connectionOptions(url, 'migration', LOCK_WAIT_MS), lock_timeout: LOCK_WAIT_MS });
  const source = new DataSource({
    type: 'postgres',
    url,
    migrations: readMigrationFiles().map(asMigration),
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    synchronize: false,
    driver: { ...pg, Pool: GuardedPool },
    extra: { ...connectionOptions(url, 'migration', MIGRATION_TIMEOUT_MS), max: 1, idle_in_transaction_session_timeout: 0 },
  });
  try {
    await guard.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await refuseNewerSchema(guard, migrationNames());
    await source.initialize();
    return await work(source);
  } finally {
    if (source.isInitialized) await source.destroy();
    await guard.end();
  }
}

/**
 * Applies what is missing, one transaction a file, under an advisory lock; a second node waits and finds nothing to do.
 * @returns the names applied
 */
export function migrateUp(url: string): Promise<string[]> {
  return withLockedSource(url, async (source) => {
    const applied = await source.runMigrations();
    return applied.map((migration) => migration.name);
  });
}

/** Takes the newest migration back, `steps` times. For tests and for rolling a release back. */
export function migrateDown(url: string, steps: number): Promise<void> {
  return withLockedSource(url, async (source) => {
    for (let step = 0; step < steps; step++) await source.undoLastMigration();
  });
}
