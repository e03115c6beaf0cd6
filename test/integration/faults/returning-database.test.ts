import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/servers/database.js';
import { freePort } from '../../support/servers/free-port.js';
import { type Program, run } from '../../support/servers/process.js';
import { type ProxiedDatabase, proxiedDatabase } from '../../support/servers/proxies/proxied-database.js';
import { sendSignal } from '../../support/checks/signal.js';
import { nextWorker, workers } from '../../support/servers/supervised.js';
import { TEST_SECRET } from '../../support/wardline.js';

const dataDir = mkdtempSync(join(tmpdir(), 'wardline-returning-'));
let database: TestDatabase;
let proxied: ProxiedDatabase;
let program: Program;

beforeAll(async () => {
  database = await createTestDatabase('demo hospital');
  proxied = await proxiedDatabase(database.url);
  program = run('src/main.js', { PORT: '0', SESSION_SECRETS: TEST_SECRET, DATABASE_URL: proxied.url, DATA_DIR: dataDir });
  await program.event('wardline.ready');
});
afterAll(async () => {
  sendSignal(program.child.pid, 'SIGTERM');
  await program.exited;
  await proxied.proxy.close();
  await database.drop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** The database is away, the worker is killed, and another one is on its way until `returns` lets it. */
async function awaited(before: number, goes: () => Promise<void>): Promise<void> {
  await goes();
  sendSignal(workers(program).at(-1), 'SIGKILL');
  for (; program.events('database.awaited').length < before + 1;)
    await new Promise((resolve) => program.child.stdout?.once('data', resolve));
}

describe('a worker that starts while the database is away', () => {
  it('waits for it, and is the next one that serves', async () => {
    const nowhere = { host: '127.0.0.1', port: await freePort() };
    await awaited(0, () => {
      proxied.proxy.pointTo(nowhere);
      proxied.proxy.cut();
      return Promise.resolve();
    });
    proxied.proxy.pointTo(proxied.target);
    await nextWorker(program, 1);
    expect(program.events('worker.crashed')).toHaveLength(1);
    expect(program.events('worker.restarting')).toHaveLength(1);
  });

  it('waits as well while it takes no writes', async () => {
    const owner = new pg.Client({ connectionString: database.url });
    await owner.connect();
    const readOnly = (value: 'on' | 'off') =>
      owner.query(`ALTER DATABASE "${owner.database ?? ''}" SET default_transaction_read_only = ${value}`);
    await awaited(1, async () => {
      await readOnly('on');
    });
    await readOnly('off');
    await owner.end();
    await nextWorker(program, 2);
    expect(program.events('worker.crashed')).toHaveLength(2);
  });
});
