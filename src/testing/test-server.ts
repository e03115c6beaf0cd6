import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { Passwords } from '../identity/sign-in/passwords.js';
import { startEmbeddedPostgres } from '../platform/database/embedded/embedded-postgres.js';
import { type MigrationHistory, WARDLINE_HISTORY } from '../platform/database/migrations/migration-history.js';
import { migrateUp } from '../platform/database/migrations/migrations.js';
import { seedDemoHospital } from '../ward/hospital/demo-seed.js';
import type { FirstRun } from './first-run.js';

/** Held while a template is made: test files that start together make it once. */
const TEMPLATE_LOCK = 0x57a2e;

/** The PostgreSQL that tests run on, and copies of databases on it. */
export interface TestServer {
  /** A database with the demo hospital and the hospital's own migrations, copied from a template. */
  createDatabase(own: MigrationHistory | undefined): Promise<{ url: string; firstRun: FirstRun; drop(): Promise<void> }>;
  /** The last user stops the embedded server. */
  release(): Promise<void>;
}

/** A server that lets us make databases. */
interface OpenServer {
  readonly adminUrl: string;
  stop(): Promise<void>;
}

let shared: Promise<OpenServer> | undefined;
let users = 0;

/** TEST_DATABASE_URL, a server that lets us make databases; without it an embedded one, for as long as somebody uses it. */
export async function acquireTestServer(given: string | undefined): Promise<TestServer> {
  users += 1;
  shared ??= openServer(given);
  const running = await shared;
  const { adminUrl } = running;
  return {
    createDatabase: (own) => copyOfTemplate(adminUrl, own),
    release: async () => {
      users -= 1;
      if (users > 0) return;
      shared = undefined;
      await running.stop();
    },
  };
}

/** The given server; without one an embedded one, as users get it. */
export async function openServer(given: string | undefined): Promise<OpenServer> {
  if (given !== undefined && given !== '') return { adminUrl: given, stop: () => Promise.resolve() };
  const dataDir = mkdtempSync(join(tmpdir(), 'wardline-test-'));
  const server = await startEmbeddedPostgres({ dataDir, log: () => undefined });
  return {
    adminUrl: server.superuserUrl,
    stop: async () => {
      await server.stop();
      // Its data are elsewhere where DATA_DIR's own path is too long or not for its account.
      const place = await realpath(join(dataDir, 'postgres')).catch(() => undefined);
      for (const folder of [dataDir, place]) if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function copyOfTemplate(adminUrl: string, own: MigrationHistory | undefined): ReturnType<TestServer['createDatabase']> {
  const { template, firstRun } = await templateFor(adminUrl, own);
  const name = `wardline_test_${randomBytes(8).toString('hex')}`;
  await asAdmin(adminUrl, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));
  return {
    url: withDatabaseName(adminUrl, name),
    firstRun,
    drop: () =>
      asAdmin(adminUrl, async (client) => {
        await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      }),
  };
}

/** A template's name holds the text of all migrations: it is made again when one of them changes. Its passwords are its comment. */
function templateFor(adminUrl: string, own: MigrationHistory | undefined): Promise<{ template: string; firstRun: FirstRun }> {
  const histories = [WARDLINE_HISTORY, ...(own ? [own] : [])];
  const template = `wardline_template_${digestOf(histories)}`;
  return asAdmin(adminUrl, async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const { rows } = await client.query<{ comment: string | null }>(
      `SELECT shobj_description(oid, 'pg_database') AS comment FROM pg_database WHERE datname = $1`,
      [template],
    );
    const comment = rows[0]?.comment;
    if (comment) return { template, firstRun: JSON.parse(comment) as FirstRun };
    await client.query(`DROP DATABASE IF EXISTS ${template}`);
    await client.query(`CREATE DATABASE ${template}`);
    const firstRun = await fill(withDatabaseName(adminUrl, template), histories);
    await client.query(`COMMENT ON DATABASE ${template} IS ${client.escapeLiteral(JSON.stringify(firstRun))}`);
    return { template, firstRun };
  });
}

/** Migrates a database and seeds the demo hospital. @returns the file of its first run */
export async function fill(url: string, histories: readonly MigrationHistory[]): Promise<FirstRun> {
  for (const history of histories) await migrateUp(url, history);
  const dataDir = mkdtempSync(join(tmpdir(), 'wardline-demo-'));
  try {
    await seedDemoHospital({ databaseUrl: url, dataDir, url: 'https://127.0.0.1:0', passwords: new Passwords() });
    return JSON.parse(readFileSync(join(dataDir, 'first-run.json'), 'utf8')) as FirstRun;
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function digestOf(histories: readonly MigrationHistory[]): string {
  const hash = createHash('sha256');
  for (const { folder, table } of histories) {
    hash.update(table);
    for (const file of readdirSync(folder).sort()) hash.update(file).update(readFileSync(join(folder, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

export async function asAdmin<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The same server and user, another database. */
export function withDatabaseName(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.toString();
}
