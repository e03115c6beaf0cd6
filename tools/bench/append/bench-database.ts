import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { migrateUp } from '../../../src/platform/database/migrations/migrations.js';
import { asAdmin, openServer, withDatabaseName } from '../../../src/testing/test-server.js';
import type { Ends } from '../command/ends.js';

/** A migrated database of the bench's own. */
export interface BenchDatabase {
  readonly url: string;
  readonly server: { readonly version: string; readonly embedded: boolean; readonly settings: Readonly<Record<string, string>> };
  /** Runs one statement. */
  query<R extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<R[]>;
  /** A connection that the caller ends. */
  connect(): Promise<pg.Client>;
  /** Removes it, and the server where it is our own; idempotent. */
  drop(): Promise<void>;
}

/** Decide what a write costs. */
const SETTINGS = ['fsync', 'synchronous_commit', 'full_page_writes', 'shared_buffers', 'wal_level', 'max_wal_size', 'commit_delay'];

async function once<R extends pg.QueryResultRow>(url: string, text: string, values: unknown[] = []): Promise<R[]> {
  return asAdmin(url, async (client) => (await client.query<R>(text, values)).rows);
}

/** @param url a server that lets us make databases; undefined starts the embedded one, which is removed at the end */
export async function createBenchDatabase(url: string | undefined): Promise<BenchDatabase> {
  const server = await openServer(url);
  const name = `wardline_bench_${randomBytes(4).toString('hex')}`;
  const own = withDatabaseName(server.adminUrl, name);
  let dropping: Promise<void> | undefined;
  const drop = () => (dropping ??= once(server.adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`).then(() => server.stop()));
  try {
    await once(server.adminUrl, `CREATE DATABASE ${name}`);
    await migrateUp(own);
    const settings = await once<{ name: string; setting: string }>(
      own,
      'SELECT name, current_setting(name) AS setting FROM pg_settings WHERE name = ANY($1)',
      [SETTINGS],
    );
    const [version] = await once<{ server_version: string }>(own, 'SHOW server_version');
    return {
      url: own,
      server: {
        version: version?.server_version ?? 'unknown',
        embedded: url === undefined,
        settings: Object.fromEntries(settings.map((row) => [row.name, row.setting])),
      },
      query: (text, values) => once(own, text, values),
      connect: async () => {
        const client = new pg.Client({ connectionString: own });
        // Ended by drop(), when we are interrupted.
        client.on('error', () => undefined);
        await client.connect();
        return client;
      },
      drop,
    };
  } catch (error) {
    await drop();
    throw error;
  }
}

/** One that is dropped at the end; also when that comes while it is still being made. */
export async function lendBenchDatabase(url: string | undefined, ends: Ends): Promise<BenchDatabase> {
  const making = createBenchDatabase(url);
  const whatever = () => undefined;
  ends.add(async () => (await making.catch(whatever))?.drop());
  return making;
}
