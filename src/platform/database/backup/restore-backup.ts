import { StartRefused } from '../../common/start-refused.js';
import { packageVersion } from '../../system/package-version.js';
import type { BoundedClient } from '../bounded-client.js';
import { type MigrationHistory, WARDLINE_HISTORY } from '../migrations/migration-history.js';
import { migrateWithin, migrationNames } from '../migrations/migrations.js';
import { exists } from '../migrations/newer-schema.js';
import { BackupDamaged, type BackupHeader, type BackupReader, FORMAT } from './backup-file.js';
import { firstRelation, readLateConstraints, readTables } from './catalog.js';
import { brokenChains } from './chains.js';
import { copyIn } from './copy.js';
import { openLongConnection } from './write-backup.js';

/** The place for the restore holds something already. */
export class NotEmpty extends Error {
  override readonly name = 'NotEmpty';
}

/** Hash chains of the backup do not hold. The file is as it was written: they were broken when it was made. */
export class ChainsBroken extends Error {
  override readonly name = 'ChainsBroken';
}

/** The outcome of a restore. */
export interface Restored {
  readonly tables: number;
  readonly rows: number;
  /** The chains that do not hold, where they were to be taken as they are. */
  readonly broken: readonly string[];
}

interface RestoreOptions {
  readonly ownerUrl: string;
  readonly histories: readonly MigrationHistory[];
  readonly reader: BackupReader;
  readonly header: BackupHeader;
  /** Load the data also where their chains were broken when the backup was made. */
  readonly takesBrokenChains: boolean;
}

/** The triggers of users, and how each is turned on again as it is. */
const TRIGGERS = `SELECT format('%I.%I', n.nspname, c.relname) AS table, quote_ident(t.tgname) AS name,
    CASE t.tgenabled WHEN 'A' THEN 'ENABLE ALWAYS' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE' END AS enable
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgparentid = 0 AND c.relkind IN ('r', 'p')`;

/**
 * Looks whether this program can make the schema of the backup. Asks no database.
 * @throws StartRefused for a backup of a newer program, and of a hospital whose own program is not named
 */
export function requireKnownBackup(header: BackupHeader, histories: readonly MigrationHistory[]): void {
  const theirs = `it was made by Wardline ${header.wardline}`;
  if (header.wardline_backup > FORMAT)
    throw new StartRefused([
      `the backup is newer than this program, Wardline ${packageVersion()}: ${theirs}. Restore it with that program`,
    ]);
  for (const [table, names] of Object.entries(header.histories)) {
    const history = histories.find((one) => one.table === table);
    if (!history) throw new StartRefused([`the backup holds the tables of a hospital's own program (${table}): name it with --hospital`]);
    const known = new Set(migrationNames(history));
    const unknown = names.filter((name) => !known.has(name));
    if (unknown.length === 0) continue;
    const owner = history.name === WARDLINE_HISTORY.name ? `Wardline ${packageVersion()}` : history.name;
    throw new StartRefused([
      `the backup is newer than this program: it has the migration ${unknown.join(', ')}, which ${owner} does not know; ${theirs}. ` +
        'Restore it with the newer program',
    ]);
  }
}

/**
 * Brings a backup into an empty database: the schema that it was made under, every row, and a new epoch. All of it is one transaction: a restore
 * that does not come to its end leaves the database as empty as it was.
 * @throws NotEmpty, BackupDamaged, ChainsBroken, and the database's errors
 */
export async function restoreBackup({ ownerUrl, histories, reader, header, takesBrokenChains }: RestoreOptions): Promise<Restored> {
  const client = await openLongConnection(ownerUrl, 'restore');
  try {
    await client.query('BEGIN');
    const present = await firstRelation(client);
    if (present !== undefined) throw new NotEmpty(`a restore needs an empty database, and this one has ${present} already`);
    for (const history of histories) {
      const names = header.histories[history.table];
      if (names) await migrateWithin(client, ownerUrl, history, names);
    }
    const rows = await load(client, reader, header);
    const broken = await brokenChains(client);
    if (broken.length > 0 && !takesBrokenChains)
      throw new ChainsBroken(
        `the file is as it was written, and a hash chain in it does not hold: ${broken.join(', ')}. ` +
          'It was broken when the backup was made; --take-broken-chains restores it as it is',
      );
    await client.query('SELECT renew_epoch(stored) FROM log_epoch');
    if (await exists(client, 'last_backup'))
      await client.query('UPDATE last_backup SET taken_at = greatest(taken_at, $1)', [header.taken_at]);
    await client.query(`SELECT append_audit('system', 'backup.restore', NULL, 'ok', NULL, jsonb_build_object('taken_at', $1::text))`, [
      header.taken_at,
    ]);
    await client.query('COMMIT');
    // Until the statistics are there, the first minutes of a large ward would be slow. The data are whole without them.
    await client.query('ANALYZE').catch(() => undefined);
    return { tables: header.tables.length, rows, broken };
  } finally {
    // The server rolls back all that is not committed.
    await client.end();
  }
}

/** @returns how many rows */
async function load(client: BoundedClient, reader: BackupReader, header: BackupHeader): Promise<number> {
  await client.query('SET CONSTRAINTS ALL IMMEDIATE');
  const constraints = await readLateConstraints(client);
  for (const { table, name } of constraints) await client.query(`ALTER TABLE ${table} DROP CONSTRAINT ${name}`);
  const triggers = await client.query<{ table: string; name: string; enable: string }>(TRIGGERS);
  for (const { table, name } of triggers.rows) await client.query(`ALTER TABLE ${table} DISABLE TRIGGER ${name}`);

  const loaded = await loadTables(client, reader, header);
  for (const { name, last_value: last, is_called: isCalled } of header.sequences)
    await client.query('SELECT setval($1::regclass, $2, $3)', [name, last, isCalled]);

  for (const { table, name, enable } of triggers.rows) await client.query(`ALTER TABLE ${table} ${enable} TRIGGER ${name}`);
  for (const { table, name, definition } of constraints) await client.query(`ALTER TABLE ${table} ADD CONSTRAINT ${name} ${definition}`);
  return loaded;
}

/** The migrations have made the tables, and have put rows into some: those of the backup take their place. */
async function loadTables(client: BoundedClient, reader: BackupReader, header: BackupHeader): Promise<number> {
  const tables = new Map((await readTables(client)).map(({ name, columns }) => [name, new Set(columns)]));
  const unknown = header.tables.filter(({ name, columns }) => !columns.every((column) => tables.get(name)?.has(column) === true));
  if (unknown.length > 0)
    throw new StartRefused([
      `no migration of this program makes ${unknown.map(({ name }) => name).join(', ')} as the backup has it. ` +
        "Tables that were made by hand belong into a hospital's own migrations",
    ]);
  await client.query(`TRUNCATE ${[...tables.keys()].join(', ')}`);
  const counts: Record<string, number> = {};
  for (const { name, columns } of header.tables)
    counts[name] = await copyIn(client, `COPY ${name} (${columns.join(', ')}) FROM STDIN`, reader.rows());
  const expected = await reader.end();
  const short = header.tables.filter(({ name }) => counts[name] !== expected[name]);
  if (short.length > 0)
    throw new BackupDamaged(`it holds another number of rows than it says: ${short.map(({ name }) => name).join(', ')}`);
  return Object.values(counts).reduce((sum, rows) => sum + rows, 0);
}
