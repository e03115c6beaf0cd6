import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/platform/config/config.js';
import { SESSION_SETTINGS } from '../../../src/platform/database/connection-options.js';
import { requireOwnSessions } from '../../../src/platform/database/access/own-sessions.js';
import { createTestDatabase, type TestDatabase } from '../../support/servers/database.js';
import { hasPgBouncer, type PoolMode, type Pooler, startPgBouncer } from '../../support/servers/proxies/pgbouncer.js';
import { run } from '../../support/servers/process.js';
import { TEST_SECRET } from '../../support/wardline.js';

const LIMITS = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'];
const ALL = [...LIMITS, 'options', 'extra_float_digits'];

let database: TestDatabase;
const poolers: Pooler[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  for (const pooler of poolers) await pooler.stop();
  await database.drop();
});

async function pooled(mode: PoolMode, ignored: readonly string[]): Promise<string> {
  const pooler = await startPgBouncer(database.url, mode, ignored);
  poolers.push(pooler);
  return pooler.url;
}

/** As a database that was set up for it: what the pooler forgets is the session's all the same. */
async function setForDatabase(): Promise<void> {
  const name = new URL(database.url).pathname.slice(1);
  const limits = { statement_timeout: '3000', lock_timeout: '2000', idle_in_transaction_session_timeout: '3000' };
  for (const [setting, value] of Object.entries({ ...limits, ...SESSION_SETTINGS })) {
    const list = setting === 'datestyle' || setting === 'search_path' ? value : `'${value}'`;
    await database.query(`ALTER DATABASE ${name} SET ${setting} = ${list}`);
  }
}

async function refusal(url: string): Promise<string> {
  const error: unknown = await requireOwnSessions('DATABASE_URL', url).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ConfigError);
  const { lines } = error as ConfigError;
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain('\n');
  return lines[0] ?? '';
}

describe.skipIf(!hasPgBouncer() && process.env['CI'] !== 'true')('a pooler before the database', () => {
  it('is none where there is none', async () => {
    await expect(requireOwnSessions('DATABASE_URL', database.url)).resolves.toBeUndefined();
  });

  it('that refuses the settings of a connection is named in one line', async () => {
    expect(await refusal(await pooled('transaction', []))).toMatch(/^DATABASE_URL: a pooler .* refuses the settings/);
  });

  it.each<PoolMode>(['transaction', 'session'])('that forgets statement_timeout is named in one line (%s mode)', async (mode) => {
    expect(await refusal(await pooled(mode, ALL))).toContain('does not keep statement_timeout');
  });

  it('stops the start with 78 and that line, and nothing was written', async () => {
    const url = await pooled('transaction', ALL);
    const dataDir = mkdtempSync(join(tmpdir(), 'wardline-pooler-'));
    const before = await database.query('SELECT count(*) FROM migrations');
    try {
      for (const SUPERVISOR of ['on', 'off']) {
        const env = { PORT: '0', DATA_DIR: dataDir, DATABASE_URL: url, SESSION_SECRETS: TEST_SECRET, SUPERVISOR };
        const program = run('src/main.js', env);
        expect([SUPERVISOR, await program.exited]).toEqual([SUPERVISOR, 78]);
        expect(program.stderr().trim()).toMatch(/^wardline: DATABASE_URL: a pooler [^\n]* does not keep statement_timeout[^\n]*$/);
      }
      expect(await database.query('SELECT count(*) FROM migrations')).toEqual(before);
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  });

  it('in transaction mode is found out by its sessions, whatever the settings say', async () => {
    await setForDatabase();
    expect(await refusal(await pooled('transaction', ALL))).toContain('session');
    // The database has what the pooler forgot: nothing is missing, and the session is one's own.
    await expect(requireOwnSessions('DATABASE_URL', await pooled('session', ALL))).resolves.toBeUndefined();
  });
});
