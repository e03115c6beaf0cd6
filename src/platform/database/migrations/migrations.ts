import pg from 'pg';
import { DataSource, MigrationExecutor, type MigrationInterface, type QueryRunner } from 'typeorm';
import { exists, refuseNewerSchema, unknownMigrations } from './newer-schema.js';
import { packageVersion } from '../../system/package-version.js';
import { openConnection } from '../bounded-client.js';
import { type MigrationFile, readMigrationFiles } from './migration-files.js';
import { type MigrationHistory, WARDLINE_HISTORY } from './migration-history.js';
import { connectionOptions } from '../connection-options.js';
import { GuardedPool } from '../pools.js';
import { managerWithin } from '../transaction-manager.js';

/** Taken by who migrates, so that nodes that start together take turns. */
const MIGRATION_LOCK = 0x57a2d;
const LOCK_WAIT_MS = 60_000;
const MIGRATION_TIMEOUT_MS = 600_000;

/** The migration that made `migration_notes`: it and those after it are noted there. */
const NOTES_SINCE = '20261129020000';

function asMigration(history: MigrationHistory, file: MigrationFile): new () => MigrationInterface {
  const { name, isAdditive } = file;
  const isNoted = history.name !== WARDLINE_HISTORY.name || file.stamp >= NOTES_SINCE;
  const note = noteOf(history, name);
  return class implements MigrationInterface {
    readonly name = name;
    async up(runner: QueryRunner): Promise<void> {
      await runner.query(file.up);
      if (isNoted) await runner.query('INSERT INTO migration_notes VALUES ($1, $2, $3)', [note, isAdditive, packageVersion()]);
    }
    async down(runner: QueryRunner): Promise<void> {
      if (isNoted) await runner.query('DELETE FROM migration_notes WHERE name = $1', [note]);
      await runner.query(file.down);
    }
  };
}

/** Names of the migrations that a history has, oldest first. */
export function migrationNames(history = WARDLINE_HISTORY): string[] {
  return readMigrationFiles(history).map(({ name }) => name);
}

function sourceOf(url: string, history: MigrationHistory, files: readonly MigrationFile[]): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    migrations: files.map((file) => asMigration(history, file)),
    migrationsTableName: history.table,
    migrationsTransactionMode: 'each',
    synchronize: false,
    driver: { ...pg, Pool: GuardedPool },
    extra: { ...connectionOptions(url, 'migration', MIGRATION_TIMEOUT_MS), max: 1, idle_in_transaction_session_timeout: 0 },
  });
}

async function withLockedSource<T>(
  url: string,
  history: MigrationHistory,
  work: (source: DataSource, guard: pg.Client) => Promise<T>,
): Promise<T> {
  const files = readMigrationFiles(history);
  const guard = await openConnection({ ...connectionOptions(url, 'migration', LOCK_WAIT_MS), lock_timeout: LOCK_WAIT_MS });
  const source = sourceOf(url, history, files);
  try {
    await guard.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await refuseNewerSchema(
      guard,
      history,
      files.map(({ name }) => name),
    );
    await source.initialize();
    return await work(source, guard);
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

/**
 * Applies just the migrations named, inside the caller's own transaction: with it they are there, or are not.
 * @param client in a transaction, on a database that has none of the history
 */
export async function migrateWithin(client: pg.Client, url: string, history: MigrationHistory, names: readonly string[]): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
  const files = readMigrationFiles(history).filter(({ name }) => names.includes(name));
  const source = await sourceOf(url, history, files).initialize();
  try {
    const { queryRunner } = managerWithin(source, (text, values) => client.query(text, values));
    const executor = new MigrationExecutor(source, queryRunner);
    executor.transaction = 'none';
    await executor.executePendingMigrations();
  } finally {
    await source.destroy();
  }
}

/**
 * Takes the newest migrations of a history back, at most `steps`. For tests and for rolling a release back.
 * @returns the names of those taken back, newest first
 */
export function migrateDown(url: string, steps: number, history = WARDLINE_HISTORY): Promise<string[]> {
  return withLockedSource(url, history, async (source, guard) => {
    const before = await appliedNames(guard, history);
    for (let step = 0; step < Math.min(steps, before.length); step++) await source.undoLastMigration();
    const left = new Set(await appliedNames(guard, history));
    return before.filter((name) => !left.has(name)).reverse();
  });
}

/** @throws StartRefused where the database is newer than this program, as a start does */
export async function requireKnownSchema(url: string, history = WARDLINE_HISTORY): Promise<void> {
  const known = migrationNames(history);
  const client = await openConnection(connectionOptions(url, 'migration', LOCK_WAIT_MS));
  try {
    await refuseNewerSchema(client, history, known);
  } finally {
    await client.end();
  }
}

/** A migration of a history, and whether the database has it. */
export interface MigrationStatus {
  readonly name: string;
  readonly isApplied: boolean;
  /** An older program runs on its schema. */
  readonly isAdditive: boolean;
  /** False for one that a newer program has applied: this one does not have it. */
  readonly isKnown: boolean;
  /** The statements that apply it; empty where they are not known. */
  readonly sql: string;
}

/** Lists the migrations of a history, and which of them the database has, those of a newer program at the end; changes nothing. */
export async function migrationStatus(url: string, history = WARDLINE_HISTORY): Promise<MigrationStatus[]> {
  const client = await openConnection(connectionOptions(url, 'migration', LOCK_WAIT_MS));
  try {
    const applied = new Set(await appliedNames(client, history));
    const known = readMigrationFiles(history).map(({ name, up: sql, isAdditive }) => ({
      name,
      isApplied: applied.has(name),
      isAdditive,
      isKnown: true,
      sql,
    }));
    const unknown = await unknownMigrations(
      client,
      history,
      known.map(({ name }) => name),
    );
    return [...known, ...unknown.map(({ name, isAdditive }) => ({ name, isApplied: true, isAdditive, isKnown: false, sql: '' }))];
  } finally {
    await client.end();
  }
}

/** @returns the migrations that the database has, oldest first; none where it was never migrated */
async function appliedNames(client: pg.Client, { table }: MigrationHistory): Promise<string[]> {
  if (!(await exists(client, table))) return [];
  const { rows } = await client.query<{ name: string }>(`SELECT name FROM ${table} ORDER BY id`);
  return rows.map(({ name }) => name);
}

/** Two histories may name a migration alike. */
function noteOf(history: MigrationHistory, name: string): string {
  return history.name === WARDLINE_HISTORY.name ? name : `${history.name}:${name}`;
}
