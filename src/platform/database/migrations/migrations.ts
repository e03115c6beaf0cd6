import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { refuseNewerSchema } from './newer-schema.js';
import { packageVersion } from '../../system/package-version.js';
import { openConnection } from '../bounded-client.js';
import { type MigrationHistory, WARDLINE_HISTORY } from './migration-history.js';
import { connectionOptions } from '../connection-options.js';
import { GuardedPool } from '../pools.js';

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

function readMigrationFiles({ folder }: MigrationHistory): MigrationFile[] {
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
function asMigration(history: MigrationHistory, file: MigrationFile): new () => MigrationInterface {
  const name = `${file.name}${file.stamp}`;
  const isNoted = history.name !== WARDLINE_HISTORY.name || file.stamp >= NOTES_SINCE;
  const note = noteOf(history, name);
  return class implements MigrationInterface {
    readonly name = name;
    async up(runner: QueryRunner): Promise<void> {
      await runner.query(file.up);
      if (isNoted) await runner.query('INSERT INTO migration_notes VALUES ($1, $2, $3)', [note, ADDITIVE.test(file.up), packageVersion()]);
    }
    async down(runner: QueryRunner): Promise<void> {
      if (isNoted) await runner.query('DELETE FROM migration_notes WHERE name = $1', [note]);
      await runner.query(file.down);
    }
  };
}

/** Names of the migrations that a history has, oldest first. */
export function migrationNames(history = WARDLINE_HISTORY): string[] {
  return readMigrationFiles(history).map((file) => `${file.name}${file.stamp}`);
}

async function withLockedSource<T>(url: string, history: MigrationHistory, work: (source: DataSource) => Promise<T>): Promise<T> {
  const guard = await openConnection({ ...connectionOptions(url, 'migration', LOCK_WAIT_MS), lock_timeout: LOCK_WAIT_MS });
  const source = new DataSource({
    type: 'postgres',
    url,
    migrations: readMigrationFiles(history).map((file) => asMigration(history, file)),
    migrationsTableName: history.table,
    migrationsTransactionMode: 'each',
    synchronize: false,
    driver: { ...pg, Pool: GuardedPool },
    extra: { ...connectionOptions(url, 'migration', MIGRATION_TIMEOUT_MS), max: 1, idle_in_transaction_session_timeout: 0 },
  });
  try {
    await guard.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await refuseNewerSchema(guard, history, migrationNames(history));
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
export function migrateUp(url: string, history = WARDLINE_HISTORY): Promise<string[]> {
  return withLockedSource(url, history, async (source) => {
    const applied = await source.runMigrations();
    return applied.map((migration) => migration.name);
  });
}

/** Takes the newest migration of a history back, `steps` times. For tests and for rolling a release back. */
export function migrateDown(url: string, steps: number, history = WARDLINE_HISTORY): Promise<void> {
  return withLockedSource(url, history, async (source) => {
    for (let step = 0; step < steps; step++) await source.undoLastMigration();
  });
}

/** A migration of a history, and whether the database has it. */
export interface MigrationStatus {
  readonly name: string;
  readonly isApplied: boolean;
  /** An older program runs on its schema. */
  readonly isAdditive: boolean;
  /** The statements that apply it. */
  readonly sql: string;
}

/** Lists the migrations of a history, and which of them the database has; changes nothing. */
export async function migrationStatus(url: string, history = WARDLINE_HISTORY): Promise<MigrationStatus[]> {
  const client = await openConnection(connectionOptions(url, 'migration', LOCK_WAIT_MS));
  try {
    const { rows: found } = await client.query<{ found: boolean }>("SELECT to_regclass('public.' || $1) IS NOT NULL AS found", [
      history.table,
    ]);
    const applied = new Set<string>();
    if (found[0]?.found === true) {
      const { rows } = await client.query<{ name: string }>(`SELECT name FROM ${history.table}`);
      for (const { name } of rows) applied.add(name);
    }
    return readMigrationFiles(history).map(({ name, stamp, up }) => {
      const full = `${name}${stamp}`;
      return { name: full, isApplied: applied.has(full), isAdditive: ADDITIVE.test(up), sql: up };
    });
  } finally {
    await client.end();
  }
}

/** Two histories may name a migration alike. */
function noteOf(history: MigrationHistory, name: string): string {
  return history.name === WARDLINE_HISTORY.name ? name : `${history.name}:${name}`;
}
