import 'reflect-metadata';
import { type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { CommonModule } from '../../../src/platform/common.module.js';
import { DomainError, toErrorBody } from '../../../src/platform/common/errors.js';
import { createLogger } from '../../../src/platform/logging/logger.js';
import { RetryTransaction } from '../../../src/platform/database/database-error.js';
import { Database } from '../../../src/platform/database/database.js';
import { DatabaseModule } from '../../../src/platform/database.module.js';
import { connectionOptions } from '../../../src/platform/database/connection-options.js';
import { GuardedPool, type PoolName } from '../../../src/platform/database/pools.js';
import { statement } from '../../../src/platform/database/statement.js';
import { type Transaction, Transactions } from '../../../src/platform/database/transactions.js';
import { createTestDatabase, type TestDatabase } from '../../support/servers/database.js';
import { DatabaseTraffic } from '../../support/checks/database-traffic.js';

const POOLS: readonly PoolName[] = ['presses', 'requests', 'poller', 'engine', 'presence', 'notifications', 'probes'];
const TIMED_OUT = '57014';
const LOCK_NOT_AVAILABLE = '55P03';

const write = statement('write', 'INSERT INTO notes (text) VALUES ($1)');
const myPid = statement('my_pid', 'SELECT pg_backend_pid() AS pid');
const one = statement('one', 'SELECT 1 AS one');
const nothing = statement('nothing', 'SELECT');
const divide = statement('divide', 'SELECT 1 / 0');
const lockRow = statement('lock_row', 'UPDATE counters SET n = n + 1 WHERE id = $1');

const raise = (code: string) => statement(`raise_${code}`, `DO $$ BEGIN RAISE EXCEPTION 'on purpose' USING ERRCODE = '${code}'; END $$`);

/** Something that nobody opens by himself. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

@Module({})
class Root {}

let database: TestDatabase;
let application: INestApplicationContext;
let pools: Database;
let transactions: Transactions;
let directory: DataSource;
/** Uncaught errors: a process without a listener for them ends. */
let uncaught: Error[] = [];
let others: NodeJS.UncaughtExceptionListener[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  await database.query('CREATE TABLE notes (text text NOT NULL UNIQUE DEFERRABLE INITIALLY DEFERRED)');
  await database.query('CREATE TABLE counters (id int PRIMARY KEY, n int NOT NULL DEFAULT 0)');
  await database.query('INSERT INTO counters VALUES (1), (2)');
  const logger = await createLogger({ level: 'silent', pretty: false });
  const root = { module: Root, imports: [CommonModule.with(logger), DatabaseModule.connect(database.url)] };
  application = await NestFactory.createApplicationContext(root, { logger: false });
  pools = application.get(Database);
  transactions = application.get(Transactions);
  directory = application.get(DataSource);
});
afterAll(async () => {
  await application.close();
  await database.drop();
});

beforeEach(() => {
  uncaught = [];
  others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => uncaught.push(error));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await new Promise((resolve) => setImmediate(resolve));
  process.removeAllListeners('uncaughtException');
  for (const listener of others) process.on('uncaughtException', listener);
  expect(
    uncaught.map((error) => error.message),
    'errors that would have ended the process',
  ).toEqual([]);
});

async function notes(prefix: string): Promise<string[]> {
  const rows = await database.query<{ text: string }>('SELECT text FROM notes WHERE text LIKE $1 ORDER BY text', [`${prefix}%`]);
  return rows.map((row) => row.text);
}

async function end(pid: number | undefined): Promise<void> {
  await database.query('SELECT pg_terminate_backend($1)', [pid]);
  const alive = () => database.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid]);
  await expect.poll(alive).toEqual([]);
}

function codeOf(error: unknown): string | undefined {
  const driver = (error as { driverError?: { code?: string } }).driverError ?? error;
  return (driver as { code?: string }).code;
}

async function refusal(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error('it was not refused');
}

async function expectUnavailable(work: Promise<unknown>): Promise<void> {
  const error = await refusal(work);
  expect(error).toBeInstanceOf(DomainError);
  if (!(error instanceof DomainError)) return;
  expect(toErrorBody(error)).toMatchObject({ code: 'UNAVAILABLE', retryable: true, retry_after: expect.any(Number) as number });
}

describe('GuardedPool', () => {
  let pool: GuardedPool;
  beforeEach(() => {
    pool = new GuardedPool({ ...connectionOptions(database.url, 'guarded'), max: 1 });
    pool.on('error', () => undefined);
  });
  afterEach(() => pool.end());

  const withCallback = (leave: (client: pg.PoolClient, done: () => void) => void) =>
    new Promise<void>((resolve, reject) => {
      pool.connect((error, client, done) => {
        if (!client) {
          reject(error ?? new Error('no client'));
          return;
        }
        client.query('BEGIN').then(() => {
          leave(client, done);
          resolve();
        }, reject);
      });
    });
  const leaks: Record<string, () => Promise<unknown>> = {
    'release() of a promised client': async () => {
      const client = await pool.connect();
      await client.query('BEGIN');
      client.release();
    },
    'release(false) of a promised client': async () => {
      const client = await pool.connect();
      await client.query('BEGIN');
      client.release(false);
    },
    'a transaction that has failed': async () => {
      const client = await pool.connect();
      await client.query('BEGIN');
      await expect(client.query('SELECT 1 / 0')).rejects.toThrow();
      client.release();
    },
    'done() of a callback': () =>
      withCallback((_, done) => {
        done();
      }),
    'release() of the client of a callback': () =>
      withCallback((client) => {
        client.release();
      }),
    'BEGIN through the pool itself': () => pool.query('BEGIN'),
  };

  it.each(Object.keys(leaks))('never hands out again what was left in a transaction by %s', async (how) => {
    const leak = leaks[how];
    if (!leak) throw new Error(how);
    await leak();
    await pool.query('INSERT INTO notes VALUES ($1)', [`${how} 1`]);
    const client = await pool.connect();
    await client.query('INSERT INTO notes VALUES ($1)', [`${how} 2`]);
    client.release();
    expect(await notes(how)).toEqual([`${how} 1`, `${how} 2`]);
  });

  it('hands out again what stands outside of one', async () => {
    const pid = async () => (await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid;
    const first = await pid();
    const client = await pool.connect();
    await client.query('BEGIN');
    await client.query('COMMIT');
    client.release();
    expect(await pid()).toBe(first);
  });

  it('destroys a connection whose ROLLBACK could not be carried out', async () => {
    const hasty = new GuardedPool({ ...connectionOptions(database.url, 'hasty'), query_timeout: 100, max: 1 });
    hasty.on('error', () => undefined);
    const client = await hasty.connect();
    client.on('error', () => undefined);
    await client.query('BEGIN');
    await client.query(`INSERT INTO notes VALUES ('hasty 1')`);
    await expect(client.query('SELECT pg_sleep(1)')).rejects.toThrow('timeout');
    await expect(client.query('ROLLBACK')).rejects.toThrow('timeout');
    client.release();
    await hasty.query(`INSERT INTO notes VALUES ('hasty 2')`);
    await hasty.end();
    expect(await notes('hasty')).toEqual(['hasty 2']);
  });

  it('survives a server that ends a connection in use, and does not hand it out again', async () => {
    const client = await pool.connect();
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    await end(rows[0]?.pid);
    const outcome = () =>
      client.query('SELECT 1').then(
        () => 'answered',
        (error: unknown) => String(error),
      );
    await expect
      .poll(outcome)
      .toContain('not queryable')
      .finally(() => client.release());
    expect((await pool.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });
});

describe("TypeORM's data source", () => {
  it('draws from guarded pools', () => {
    expect((directory.driver as unknown as { master: unknown }).master).toBeInstanceOf(GuardedPool);
  });

  it('never writes into a transaction that was left open', async () => {
    // More often than the pool has connections: each of them would have been spoilt.
    for (let n = 0; n < 8; n++) {
      const runner = directory.createQueryRunner();
      await runner.startTransaction();
      await runner.query('INSERT INTO notes VALUES ($1)', [`left open ${String(n)}`]);
      await runner.release();
      await directory.query('INSERT INTO notes VALUES ($1)', [`after it ${String(n)}`]);
    }
    expect(await notes('left open')).toEqual([]);
    expect(await notes('after it')).toHaveLength(8);
  });

  it("is not spoilt by the driver's own query timeout, which leaves a transaction behind", async () => {
    const hasty = new DataSource({
      type: 'postgres',
      url: database.url,
      driver: { ...pg, Pool: GuardedPool },
      extra: { ...connectionOptions(database.url, 'hasty'), query_timeout: 100, max: 1 },
      poolErrorHandler: () => undefined,
    });
    await hasty.initialize();
    const slow = hasty.transaction(async (manager) => {
      await manager.query(`INSERT INTO notes VALUES ('slow')`);
      await manager.query('SELECT pg_sleep(1)');
    });
    await expect(slow).rejects.toThrow();
    await hasty.query(`INSERT INTO notes VALUES ('slow, then this')`);
    await hasty.destroy();
    expect(await notes('slow')).toEqual(['slow, then this']);
  });

  it('survives a server that ends its connection between two statements', async () => {
    const work = directory.transaction(async (manager) => {
      const rows = await manager.query<{ pid: number }[]>('SELECT pg_backend_pid() AS pid');
      await end(rows[0]?.pid);
      await manager.query('SELECT 1');
    });
    await expect(work).rejects.toThrow();
    expect(await directory.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

describe('the limits of the server', () => {
  /** A session of each pool, raw, so that the server's own code is seen. */
  const sessions: [string, (work: (query: (text: string) => Promise<unknown>) => Promise<void>) => Promise<void>][] = [
    ...POOLS.map((name): (typeof sessions)[number] => [
      name,
      async (work) => {
        const client = await pools.pool(name).connect();
        client.on('error', () => undefined);
        try {
          await work((text) => client.query(text));
        } finally {
          client.release(true);
        }
      },
    ]),
    [
      'directory',
      async (work) => {
        const runner = directory.createQueryRunner();
        try {
          const client = (await runner.connect()) as pg.PoolClient;
          client.on('error', () => undefined);
          await work((text) => client.query(text));
        } finally {
          await runner.release();
        }
      },
    ],
  ];

  // Concurrent: each has the expect of its own test.
  it.concurrent.for(sessions)('hold on the pool %s', async ([, inSession], { expect }) => {
    const holder = new pg.Client({ connectionString: database.url });
    await holder.connect();
    await holder.query('BEGIN; LOCK TABLE counters IN ACCESS SHARE MODE');
    const tries = await Promise.allSettled([
      inSession(async (query) => {
        expect(codeOf(await refusal(query('SELECT pg_sleep(30)')))).toBe(TIMED_OUT);
      }),
      inSession(async (query) => {
        // A probe's whole statement is over before it may wait that long.
        const refused = refusal(query('DROP TABLE counters'));
        expect([LOCK_NOT_AVAILABLE, TIMED_OUT]).toContain(codeOf(await refused));
      }),
      inSession(async (query) => {
        await query('BEGIN');
        const [{ pid } = { pid: 0 }] = ((await query('SELECT pg_backend_pid() AS pid')) as pg.QueryResult<{ pid: number }>).rows;
        const alive = () => database.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid]);
        await expect.poll(alive, { timeout: 20_000 }).toEqual([]);
        await expect(query('SELECT 1')).rejects.toThrow();
      }),
    ]);
    await holder.end();
    expect(tries.filter((one) => one.status === 'rejected')).toEqual([]);
  });

  it.each(POOLS)('are told to every connection of the pool %s', async (name) => {
    const setting = statement('settings', `SELECT name, setting FROM pg_settings WHERE name = ANY($1) ORDER BY name`);
    const names = ['default_transaction_isolation', 'idle_in_transaction_session_timeout', 'lock_timeout', 'statement_timeout', 'TimeZone'];
    const rows = await pools.query<{ name: string; setting: string }>(setting, [names], name);
    const settings = Object.fromEntries(rows.map((row) => [row.name, row.setting]));
    expect(settings).toMatchObject({ TimeZone: 'UTC', default_transaction_isolation: 'read committed' });
    for (const limit of ['idle_in_transaction_session_timeout', 'lock_timeout', 'statement_timeout']) {
      expect(Number(settings[limit]), limit).toBeGreaterThan(0);
    }
  });

  it('make a statement that takes too long UNAVAILABLE, and leave its connection usable', async () => {
    const sleep = statement('sleep', 'SELECT pg_sleep(30)');
    await expectUnavailable(pools.query(sleep, [], 'probes'));
    await expectUnavailable(transactions.run((tx) => tx.query(sleep), 'probes'));
    expect(await pools.query(one, [], 'probes')).toEqual([{ one: 1 }]);
  });

  it('make a transaction that idles too long UNAVAILABLE, and nothing of it stays', async () => {
    const impatient = statement('impatient', `SET LOCAL idle_in_transaction_session_timeout = '50ms'`);
    const work = transactions.run(async (tx) => {
      await tx.query(impatient);
      await tx.query(write, ['idle']);
      const [{ pid } = { pid: 0 }] = await tx.query<{ pid: number }>(myPid);
      await expect.poll(() => database.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid])).toEqual([]);
      await tx.query(one);
    });
    await expectUnavailable(work);
    expect(await notes('idle')).toEqual([]);
  });
});

describe('Transactions', () => {
  it('commit what the work did, and then tell it', async () => {
    const told: string[][] = [];
    const answer = await transactions.run(async (tx) => {
      tx.afterCommit(() => void notes('told').then((rows) => told.push(rows)));
      await tx.query(write, ['told']);
      return 42;
    });
    expect(answer).toBe(42);
    await expect.poll(() => told).toEqual([['told']]);
  });

  it('run what is to be last in its order, however it was asked for', async () => {
    const order: string[] = [];
    await transactions.run(async (tx) => {
      tx.beforeCommit('audit', () => {
        order.push('audit');
        return [];
      });
      tx.beforeCommit('events', () => {
        order.push('events');
        return [];
      });
      tx.afterCommit(() => order.push('told'));
      await tx.query(one);
      order.push('work');
    });
    expect(order).toEqual(['work', 'events', 'audit', 'told']);
  });

  it('send the last statements with the COMMIT, in one message, and hand their rows on before they tell', async () => {
    const traffic = DatabaseTraffic.record();
    const insert = statement('insert_last', 'INSERT INTO notes VALUES ($1) RETURNING text');
    const strange = `closing 'quoted' \\ $1 "x"; COMMIT; --\n`;
    const told: unknown[] = [];
    const last = (text: string) => [{ statement: insert, values: [text], answered: (rows: readonly unknown[]) => void told.push(...rows) }];
    await transactions.run(async (tx) => {
      tx.afterCommit(() => told.push('told'));
      tx.beforeCommit('audit', () => last(strange));
      tx.beforeCommit('events', () => last('closing first'));
      await tx.query(one);
    });
    expect(traffic.take('requests')).toMatchObject([
      { pool: 'requests', statements: ['begin', 'one'] },
      { pool: 'requests', statements: ['insert_last', 'insert_last', 'commit'] },
    ]);
    expect(told).toEqual([{ text: 'closing first' }, { text: strange }, 'told']);
    expect(await notes('closing')).toEqual([strange, 'closing first'].sort());
  });

  it('send nothing for work that asks nothing', async () => {
    const traffic = DatabaseTraffic.record();
    await transactions.run(() => Promise.resolve());
    await expect(transactions.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(traffic.take('requests')).toEqual([]);
  });

  it('send what is asked in one turn together, and answer each with its own rows', async () => {
    const traffic = DatabaseTraffic.record();
    const echo = statement('echo', 'SELECT $1::int AS n, $2::text AS text');
    const ask = (tx: Transaction) =>
      Promise.all([tx.query(echo, [1, 'a']), tx.query(nothing), tx.query(write, ['in a batch']), tx.query(echo, [2, null]), tx.one(one)]);
    const expected = [[{ n: 1, text: 'a' }], [{}], [], [{ n: 2, text: null }], { one: 1 }];
    // Described at first, and not again.
    for (let n = 0; n < 2; n++) {
      expect(await transactions.run(ask)).toEqual(expected);
      await database.query(`DELETE FROM notes WHERE text = 'in a batch'`);
    }
    const trip = { pool: 'requests', statements: ['begin', 'echo', 'nothing', 'write', 'echo', 'one'] };
    expect(traffic.take('requests')).toMatchObject([
      trip,
      { pool: 'requests', statements: ['commit'] },
      trip,
      { pool: 'requests', statements: ['commit'] },
    ]);
  });

  it.each([
    ['a refused statement', () => divide, '22012'],
    ['a statement that does not parse', () => statement('nonsense', 'SELECT FROM nowhere'), '42P01'],
    ['a unique violation', () => statement('twice', `INSERT INTO counters VALUES (1), (1)`), '23505'],
    ['a server that takes no writes', () => raise('25006'), '25006'],
  ])('reject a batch with the error of %s, run nothing behind it, and use the connection again', async (what, failing, code) => {
    const outcomes: PromiseSettledResult<unknown>[] = [];
    const work = transactions.run(async (tx) => {
      outcomes.push(...(await Promise.allSettled([tx.one(one), tx.query(failing()), tx.query(write, [`behind ${what}`]), tx.one(myPid)])));
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    });
    const error = await refusal(work);
    expect(codeOf((error as { cause?: unknown }).cause ?? error)).toBe(code);
    expect(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : codeOf(outcome.reason)))).toEqual([
      { one: 1 },
      code,
      code,
      code,
    ]);
    expect(await notes('behind')).toEqual([]);
    // The statement behind the failure was not prepared; it is prepared now.
    await transactions.run((tx) => Promise.all([tx.query(write, [`later than ${what}`]), tx.one(myPid)]));
    expect(await notes(`later than ${what}`)).toHaveLength(1);
  });

  it('send nothing outside of the transaction that was asked in it', async () => {
    const late: Promise<unknown>[] = [];
    const work = transactions.run(async (tx) => {
      await tx.query(write, ['too late']);
      late.push(Promise.allSettled([tx.query(write, ['too late, with the failure'])]));
      setImmediate(() => late.push(Promise.allSettled([tx.query(write, ['too late, after it'])])));
      throw new Error('no');
    });
    await expect(work).rejects.toThrow('no');
    await expect.poll(() => late.length).toBe(2);
    expect((await Promise.all(late)).flat()).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
    expect(await notes('too late')).toEqual([]);
  });

  it('reject with values that cannot be sent, and send nothing behind them', async () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    const work = transactions.run((tx) => Promise.all([tx.one(one), tx.query(write, [circular]), tx.query(write, ['behind a circle'])]));
    await expect(work).rejects.toThrow('circular');
    expect(await notes('behind')).toEqual([]);
    await transactions.run((tx) => tx.query(write, ['after a circle']));
  });

  const failures: [string, (tx: Transaction) => Promise<unknown>][] = [
    ['throws', () => Promise.reject(new Error('no'))],
    ['has a statement refused', (tx) => tx.query(divide)],
    [
      'fails in its last step',
      async (tx) => {
        tx.beforeCommit('audit', () => {
          throw new Error('no');
        });
      },
    ],
    [
      'has the statement refused that goes with the COMMIT',
      async (tx) => {
        tx.beforeCommit('audit', () => [{ statement: divide, values: [] }]);
      },
    ],
    [
      'goes on after a refused statement, to one that goes with the COMMIT',
      async (tx) => {
        await tx.query(divide).catch(() => 'swallowed');
        tx.beforeCommit('audit', () => [{ statement: write, values: ['rolled back, too'] }]);
      },
    ],
    ['breaks a rule that is checked at the COMMIT', (tx) => tx.query(write, ['rolled back'])],
    ['goes on after a statement that was refused', (tx) => tx.query(divide).catch(() => 'swallowed')],
  ];
  it.each(failures)('roll everything back and tell nobody when the work %s', async (_, fail) => {
    const told = vi.fn();
    const work = transactions.run(async (tx) => {
      tx.afterCommit(told);
      await tx.query(write, ['rolled back']);
      return fail(tx);
    });
    await expect(work).rejects.toThrow();
    expect(told).not.toHaveBeenCalled();
    expect(await notes('rolled back')).toEqual([]);
    expect(await pools.query(one)).toEqual([{ one: 1 }]);
  });

  it('destroy a connection whose ROLLBACK fails', async () => {
    let pid = 0;
    const query = Reflect.get(pg.Client.prototype, 'query') as (...parameters: unknown[]) => unknown;
    vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...parameters: unknown[]) {
      return parameters[0] === 'ROLLBACK' ? Promise.reject(new Error('ROLLBACK was not sent')) : Reflect.apply(query, this, parameters);
    });
    const work = transactions.run(async (tx) => {
      [{ pid } = { pid: 0 }] = await tx.query<{ pid: number }>(myPid);
      await tx.query(write, ['not rolled back']);
      throw new Error('no');
    });
    await expect(work).rejects.toThrow('no');
    vi.restoreAllMocks();
    await expect.poll(() => database.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid])).toEqual([]);
    for (let n = 0; n < 20; n++) await pools.query(write, [`after that ${String(n)}`]);
    expect(await notes('not rolled back')).toEqual([]);
    expect(await notes('after that')).toHaveLength(20);
  });

  it('try again after a deadlock, until both have their way', async () => {
    const soon = statement('deadlock_soon', `SET LOCAL deadlock_timeout = '20ms'`);
    const told = vi.fn();
    const arrived = [gate(), gate()];
    const attempts = [0, 0];
    const before = await database.query<{ n: number }>('SELECT n FROM counters ORDER BY id');
    const meet = (me: 0 | 1) =>
      transactions.run(async (tx) => {
        tx.afterCommit(told);
        attempts[me] = (attempts[me] ?? 0) + 1;
        await tx.query(soon);
        await tx.query(lockRow, [me + 1]);
        arrived[me]?.open();
        await arrived[1 - me]?.opened;
        // The error of the first one is not hidden by that of the second.
        await Promise.all([tx.query(lockRow, [2 - me]), tx.query(write, [`deadlock ${String(me)}`])]);
      });
    await Promise.all([meet(0), meet(1)]);
    expect(attempts.reduce((sum, n) => sum + n, 0)).toBeGreaterThanOrEqual(3);
    expect(told).toHaveBeenCalledTimes(2);
    expect(await notes('deadlock')).toEqual(['deadlock 0', 'deadlock 1']);
    expect(await database.query('SELECT n FROM counters ORDER BY id')).toEqual(before.map(({ n }) => ({ n: n + 2 })));
  });

  const conflicts: [string, (tx: Transaction) => Promise<unknown>][] = [
    ...['40P01', '40001', LOCK_NOT_AVAILABLE].map((code): (typeof conflicts)[number] => [code, (tx) => tx.query(raise(code))]),
    ['a conflict that TypeORM wraps', (tx) => tx.manager.query(raise('40P01').text)],
    ['a wish to start again', () => Promise.reject(new RetryTransaction())],
  ];
  it.each(conflicts)('try again after %s, with nothing left of the first try', async (what, conflict) => {
    const told: number[] = [];
    let attempt = 0;
    await transactions.run(async (tx) => {
      const n = ++attempt;
      tx.afterCommit(() => told.push(n));
      await tx.query(write, [`${what}, try ${String(n)}`]);
      if (n < 3) await conflict(tx);
    });
    expect(told).toEqual([3]);
    expect(await notes(what)).toEqual([`${what}, try 3`]);
  });

  it.each(conflicts)('give up at last when %s does not pass', async (_, conflict) => {
    const work = vi.fn(conflict);
    await expectUnavailable(transactions.run(work));
    expect(work.mock.calls.length).toBeGreaterThan(1);
    expect(work.mock.calls.length).toBeLessThan(20);
  });

  it('do not try again what will not pass', async () => {
    const work = vi.fn((tx: Transaction) => tx.query(divide));
    expect(codeOf(await refusal(transactions.run(work)))).toBe('22012');
    expect(work).toHaveBeenCalledTimes(1);
  });
});

describe("TypeORM's manager of a transaction", () => {
  it('works on its connection: it sees what is not committed yet, and is committed with it', async () => {
    await transactions.run(async (tx) => {
      await tx.query(write, ['managed 1']);
      await tx.manager.query('INSERT INTO notes VALUES ($1)', ['managed 2']);
      expect(await tx.manager.query('SELECT pg_backend_pid() AS pid')).toEqual(await tx.query(myPid));
      expect(await tx.manager.query(`SELECT count(*)::int AS n FROM notes WHERE text LIKE 'managed%'`)).toEqual([{ n: 2 }]);
    });
    expect(await notes('managed')).toEqual(['managed 1', 'managed 2']);
  });

  it('is rolled back with it', async () => {
    const work = transactions.run(async (tx) => {
      await tx.manager.query('INSERT INTO notes VALUES ($1)', ['managed, gone']);
      throw new Error('no');
    });
    await expect(work).rejects.toThrow('no');
    expect(await notes('managed, gone')).toEqual([]);
  });

  it('divides no transaction, and none outlives its own', async () => {
    await expect(transactions.run((tx) => tx.manager.transaction(() => Promise.resolve()))).rejects.toThrow('by hand');
    const manager = await transactions.run((tx) => Promise.resolve(tx.manager));
    await expect(manager.query('SELECT 1')).rejects.toThrow('over');
  });
});

describe('a database that goes away', () => {
  async function everythingWorks(): Promise<void> {
    for (const name of POOLS) {
      expect(await pools.query(one, [], name)).toEqual([{ one: 1 }]);
      expect(await transactions.run((tx) => tx.one(one), name)).toEqual({ one: 1 });
    }
    expect(await directory.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  }

  const ends: [string, (tx: Transaction, pid: number) => Promise<unknown>][] = [
    ['during a statement', (tx, pid) => Promise.all([tx.query(statement('long', 'SELECT pg_sleep(2)')), end(pid)])],
    [
      'between two statements',
      async (tx, pid) => {
        await end(pid);
        return tx.query(one);
      },
    ],
    ['before the COMMIT', (_, pid) => end(pid)],
    [
      'before the last steps',
      (tx, pid) => {
        tx.beforeCommit('audit', () => [{ statement: one, values: [] }]);
        return end(pid);
      },
    ],
  ];
  it.each(ends)('%s makes the transaction UNAVAILABLE, and the next one works', async (when, leave) => {
    const told = vi.fn();
    const work = transactions.run(async (tx) => {
      tx.afterCommit(told);
      await tx.query(write, [when]);
      const [{ pid } = { pid: 0 }] = await tx.query<{ pid: number }>(myPid);
      await leave(tx, pid);
    });
    await expectUnavailable(work);
    expect(told).not.toHaveBeenCalled();
    expect(await notes(when)).toEqual([]);
    await everythingWorks();
  });

  it('ends a single statement with UNAVAILABLE', async () => {
    const sleeping = () =>
      database.query<{ pid: number }>(
        `SELECT pid FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(2.5)' AND datname = current_database()`,
      );
    const work = expectUnavailable(pools.query(statement('doze', 'SELECT pg_sleep(2.5)')));
    await expect.poll(sleeping).toHaveLength(1);
    await end((await sleeping())[0]?.pid);
    await work;
    await everythingWorks();
  });

  it('while connections are idle is not noticed by whoever comes next', async () => {
    await Promise.all([...POOLS, ...POOLS].map((name) => pools.query(nothing, [], name)));
    const rows = await database.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'wardline-%' AND datname = current_database()`,
    );
    expect(rows.length).toBeGreaterThanOrEqual(POOLS.length);
    for (const { pid } of rows) await end(pid);
    await everythingWorks();
  });

  it('for longer is UNAVAILABLE on every pool, and all of it is back when the database is', async () => {
    const admin = new pg.Client({ connectionString: inject('adminUrl') });
    await admin.connect();
    const name = new URL(database.url).pathname.slice(1);
    try {
      await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
      const alive = `FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()`;
      await admin.query(`SELECT pg_terminate_backend(pid) ${alive}`, [name]);
      await expect.poll(async () => (await admin.query(`SELECT pid ${alive}`, [name])).rows).toEqual([]);
      for (const pool of POOLS) {
        await expectUnavailable(pools.query(one, [], pool));
        await expectUnavailable(transactions.run((tx) => tx.query(one), pool));
      }
      await expect(directory.query('SELECT 1')).rejects.toThrow();
    } finally {
      await admin.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
      await admin.end();
    }
    await everythingWorks();
  });

  it('altogether is UNAVAILABLE, too', async () => {
    const url = new URL(database.url);
    url.searchParams.delete('host');
    url.host = '127.0.0.1:1';
    const gone = new Database(url.toString(), await createLogger({ level: 'silent', pretty: false }));
    await expectUnavailable(gone.query(one));
    await gone.onApplicationShutdown();
    await expectUnavailable(gone.query(one));
  });
});
