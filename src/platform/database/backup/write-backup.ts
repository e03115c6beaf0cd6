import { packageVersion } from '../../system/package-version.js';
import { type BoundedClient, openConnection } from '../bounded-client.js';
import { connectionOptions } from '../connection-options.js';
import { exists } from '../migrations/newer-schema.js';
import { type BackupHeader, BackupWriter, FORMAT } from './backup-file.js';
import { readSequences, readTables } from './catalog.js';
import { copyOut } from './copy.js';

/** The longest statement: a table of many gigabytes. A COPY that stands still is cut much sooner. */
export const STATEMENT_MS = 6 * 60 * 60 * 1000;
const LOCK_WAIT_MS = 60_000;

const HISTORIES = `SELECT tablename AS table FROM pg_tables WHERE schemaname = 'public' AND (tablename = 'migrations' OR tablename LIKE 'migrations\\_%')
  ORDER BY tablename`;

/** A connection for statements that take long, without a limit between them: the disk decides how long. */
export function openLongConnection(url: string, name: string): Promise<BoundedClient> {
  return openConnection({
    ...connectionOptions(url, name, STATEMENT_MS),
    lock_timeout: LOCK_WAIT_MS,
    idle_in_transaction_session_timeout: 0,
  });
}

/** The database is none that Wardline has migrated. */
export class NothingToBackUp extends Error {
  override readonly name = 'NothingToBackUp';
}

/** The outcome of a backup. */
export interface BackupDone {
  readonly takenAt: string;
  readonly bytes: number;
  readonly tables: number;
  readonly rows: number;
  /** Why its time could not be noted for the metric; undefined when it was. */
  readonly notNoted: string | undefined;
}

/**
 * Writes everything that one moment of the database holds into a file, while the ward goes on. Memory does not grow with the tables.
 * @throws NothingToBackUp, the database's errors, and the system's errors of the file
 */
export async function writeBackup(ownerUrl: string, path: string): Promise<BackupDone> {
  const client = await openLongConnection(ownerUrl, 'backup');
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const header = await readHeader(client);
    const writer = await BackupWriter.create(path);
    let written: { bytes: number; rows: number };
    try {
      await writer.header(header);
      for (const { name, columns } of header.tables) {
        const rows = await copyOut(client, `COPY ${name} (${columns.join(', ')}) TO STDOUT`, (piece) => writer.write(piece));
        await writer.endTable(name, rows);
      }
      written = await writer.finish();
    } catch (error) {
      await writer.abandon();
      throw error;
    }
    await client.query('COMMIT');
    return { takenAt: header.taken_at, tables: header.tables.length, ...written, notNoted: await note(client, header.taken_at) };
  } finally {
    await client.end();
  }
}

async function readHeader(client: BoundedClient): Promise<BackupHeader> {
  if (!(await exists(client, 'migrations')) || !(await exists(client, 'dept_stream')))
    throw new NothingToBackUp('the database holds no Wardline: there is nothing to back up');
  const histories: Record<string, string[]> = {};
  for (const { table } of (await client.query<{ table: string }>(HISTORIES)).rows) {
    const { rows } = await client.query<{ name: string }>(`SELECT name FROM ${client.escapeIdentifier(table)} ORDER BY id`);
    histories[table] = rows.map(({ name }) => name);
  }
  const heads = await client.query<{ dept: string; head: number }>('SELECT dept_id AS dept, last_seq::float8 AS head FROM dept_stream');
  const { rows } = await client.query<{ takenAt: string; auditHead: number; facility: string | null }>(
    `SELECT iso(now()) AS "takenAt", (SELECT last_id::float8 FROM audit_head) AS "auditHead", (SELECT min(name) FROM facility) AS facility`,
  );
  const [state] = rows;
  if (!state) throw new Error('the database answered with no row');
  return {
    wardline_backup: FORMAT,
    wardline: packageVersion(),
    taken_at: state.takenAt,
    facility: state.facility ?? '',
    histories,
    heads: Object.fromEntries(heads.rows.map(({ dept, head }) => [dept, head])),
    audit_head: state.auditHead,
    tables: await readTables(client),
    sequences: await readSequences(client),
  };
}

/** For `wardline_last_backup_timestamp_seconds`. The backup is whole, also where its time cannot be noted. */
async function note(client: BoundedClient, takenAt: string): Promise<string | undefined> {
  try {
    await client.query('UPDATE last_backup SET taken_at = greatest(taken_at, $1)', [takenAt]);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : 'the database refused it';
  }
}
