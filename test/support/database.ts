import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { databaseUrl } from './database-url.js';

/** A database of the test's own, migrated. */
export interface TestDatabase {
  url: string;
  /** Runs one statement as the owner. */
  query<R extends pg.QueryResultRow = pg.QueryResultRow>(text: string, values?: unknown[]): Promise<R[]>;
  /** Moves the application's time, as all SQL takes it, by so many seconds from now on. */
  moveClock(seconds: number): Promise<void>;
  drop(): Promise<void>;
}

async function asAdmin(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('adminUrl') });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

export async function createTestDatabase(content: 'empty' | 'demo hospital' = 'empty'): Promise<TestDatabase> {
  const name = `wardline_test_${String(process.pid)}_${randomBytes(4).toString('hex')}`;
  const template = inject(content === 'empty' ? 'emptyDatabase' : 'demoDatabase');
  await asAdmin(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = databaseUrl(inject('adminUrl'), name);
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  pool.on('error', () => undefined);
  return {
    url,
    query: async <R extends pg.QueryResultRow>(text: string, values: unknown[] = []) => (await pool.query<R>(text, values)).rows,
    moveClock: async (seconds) => {
      await pool.query('UPDATE clock_skew SET skew = skew + make_interval(secs => $1)', [seconds]);
    },
    drop: async () => {
      await pool.end();
      await asAdmin(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}
