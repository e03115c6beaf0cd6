import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { asAdmin as asAdminOf, withDatabaseName } from '../../../src/testing/test-server.js';

/** A database of the test's own, migrated. */
export interface TestDatabase {
  url: string;
  /** Runs one statement as the owner. */
  query<R extends pg.QueryResultRow = pg.QueryResultRow>(text: string, values?: unknown[]): Promise<R[]>;
  /** Moves the application's time, as all SQL takes it, by so many seconds from now on. */
  moveClock(seconds: number): Promise<void>;
  /** Called whenever the clock has moved: a node looks then at what that makes due, and not only at its next scan. */
  readonly followClock: Set<() => void>;
  drop(): Promise<void>;
}

async function asAdmin(sql: string): Promise<void> {
  await asAdminOf(inject('adminUrl'), (client) => client.query(sql));
}

/** @param content `nothing`: no migration was applied */
export async function createTestDatabase(content: 'nothing' | 'empty' | 'demo hospital' = 'empty'): Promise<TestDatabase> {
  const name = `wardline_test_${String(process.pid)}_${randomBytes(4).toString('hex')}`;
  const template = content === 'nothing' ? 'template1' : inject(content === 'empty' ? 'emptyDatabase' : 'demoDatabase');
  await asAdmin(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = withDatabaseName(inject('adminUrl'), name);
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  pool.on('error', () => undefined);
  const followClock = new Set<() => void>();
  return {
    followClock,
    url,
    query: async <R extends pg.QueryResultRow>(text: string, values: unknown[] = []) => (await pool.query<R>(text, values)).rows,
    moveClock: async (seconds) => {
      await pool.query('UPDATE clock_skew SET skew = skew + make_interval(secs => $1)', [seconds]);
      for (const look of followClock) look();
    },
    drop: async () => {
      await pool.end();
      await asAdmin(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}
