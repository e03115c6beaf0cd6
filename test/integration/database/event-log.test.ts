import { createHash } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SystemClock } from '../../../src/platform/common/clock.js';
import { newId } from '../../../src/platform/common/values/ids.js';
import { createLogger } from '../../../src/platform/logging/logger.js';
import { realtimeSettings } from '../../../src/platform/config/settings/realtime.settings.js';
import { Database } from '../../../src/platform/database/database.js';
import { statement } from '../../../src/platform/database/statement.js';
import { Transactions } from '../../../src/platform/database/transactions.js';
import type { StoredEvent } from '../../../src/events/log/event.js';
import { EventLog } from '../../../src/events/log/event-log.js';
import { LogNotifier } from '../../../src/events/log/log-notifier.js';
import { createTestDatabase, type TestDatabase } from '../../support/servers/database.js';

interface NewRow {
  dept: string;
  type?: string;
  payload?: unknown;
  call_id?: string;
  actor_id?: string;
}

interface LogRow {
  dept: string;
  seq: string;
  id: string;
  type: string;
  payload: string;
  callId: string | null;
  actorId: string | null;
  /** UTC, to the microsecond. */
  at: string;
  prevHash: Buffer;
  hash: Buffer;
}

let database: TestDatabase;
let departments = 0;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

async function newDepartment(prefix = 'd'): Promise<string> {
  const id = `${prefix}-${String((departments += 1))}`;
  await database.query('INSERT INTO departments (id, name) VALUES ($1, $1)', [id]);
  return id;
}

function asParameter(rows: readonly NewRow[]): string {
  return JSON.stringify(rows.map(({ dept, type = 'test', payload = {}, ...more }) => ({ dept, id: newId(), type, payload, ...more })));
}

function append(...rows: NewRow[]): Promise<{ dept: string; seq: string }[]> {
  return database.query('SELECT dept, seq FROM append_events($1)', [asParameter(rows)]);
}

function readLog(dept: string): Promise<LogRow[]> {
  return database.query<LogRow & pg.QueryResultRow>(
    `SELECT dept_id AS dept, seq, id, type, payload::text, call_id AS "callId", actor_id AS "actorId",
       to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') AS at, prev_hash AS "prevHash", hash
     FROM events WHERE dept_id = $1 ORDER BY seq`,
    [dept],
  );
}

async function inSession<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Microseconds since 1970, without the help of anything that the database computes with. */
function microseconds(at: string): bigint {
  const [seconds, fraction] = [at.slice(0, 19), at.slice(20)];
  return BigInt(Date.parse(`${seconds}Z`)) * 1000n + BigInt(fraction);
}

/** An absent value differs from an empty one. */
const optional = (value: string | null) => (value === null ? '-' : `+${value}`);

function hashOf(prev: Buffer, { dept, seq, id, type, payload, callId, actorId, at }: LogRow): Buffer {
  const parts = [dept, seq, id, type, payload, optional(callId), optional(actorId), microseconds(at).toString()];
  const input = parts.map((part) => `${String(Buffer.byteLength(part))}:${part}`).join('');
  return createHash('sha256').update(prev).update(input).digest();
}

/** Walks a department's chain. @returns `seq` of the first event that is not where or what it was, or `head`; undefined when all is whole */
async function brokenAt(dept: string): Promise<string | undefined> {
  let prev: Buffer = Buffer.alloc(0);
  let seq = 0;
  for (const row of await readLog(dept)) {
    seq += 1;
    const hash = hashOf(prev, row);
    if (row.seq !== String(seq) || !row.prevHash.equals(prev) || !row.hash.equals(hash)) return row.seq;
    prev = hash;
  }
  const [head] = await database.query<{ seq: string; hash: Buffer }>(
    'SELECT last_seq AS seq, last_hash AS hash FROM dept_stream WHERE dept_id = $1',
    [dept],
  );
  return head?.seq === String(seq) && head.hash.equals(prev) ? undefined : 'head';
}

describe('append_events', () => {
  it('numbers 1, 2, 3 … within each department, over several calls', async () => {
    const [a, b] = [await newDepartment(), await newDepartment()];
    expect(await append({ dept: a })).toEqual([{ dept: a, seq: '1' }]);
    expect(await append({ dept: b }, { dept: b })).toEqual([
      { dept: b, seq: '1' },
      { dept: b, seq: '2' },
    ]);
    expect(await append({ dept: a }, { dept: a })).toEqual([
      { dept: a, seq: '2' },
      { dept: a, seq: '3' },
    ]);
    expect((await readLog(a)).map((row) => row.seq)).toEqual(['1', '2', '3']);
    expect(await database.query('SELECT last_seq FROM dept_stream WHERE dept_id = $1', [a])).toEqual([{ last_seq: '3' }]);
  });

  it('keeps the order of the array within each of several departments', async () => {
    const [a, b, c] = [await newDepartment('z'), await newDepartment('a'), await newDepartment('m')];
    const rows = Array.from({ length: 30 }, (_, n) => ({ dept: [a, b, c][(n * 7) % 3] ?? a, payload: { n } }));
    const answered = await append(...rows);
    expect(answered).toHaveLength(30);
    for (const dept of [a, b, c]) {
      const given = rows.filter((row) => row.dept === dept).map((row) => row.payload.n);
      expect((await readLog(dept)).map((row) => (JSON.parse(row.payload) as { n: number }).n)).toEqual(given);
      expect(answered.filter((row) => row.dept === dept).map((row) => row.seq)).toEqual(given.map((_, i) => String(i + 1)));
    }
  });

  it('locks departments in one order, whatever the order of the array', async () => {
    const [a, b] = [await newDepartment('a'), await newDepartment('b')];
    await inSession(async (holder) => {
      await holder.query('BEGIN');
      await holder.query('SELECT FROM dept_stream WHERE dept_id = $1 FOR UPDATE', [a]);
      const blocked = append({ dept: b }, { dept: a });
      const waiting = () =>
        database.query<{ n: number }>(
          `SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
        );
      await expect.poll(async () => (await waiting())[0]?.n).toBe(1);
      // It waits for the first department and holds nothing yet of the second.
      await holder.query('SELECT FROM dept_stream WHERE dept_id = $1 FOR UPDATE NOWAIT', [b]);
      await holder.query('ROLLBACK');
      await blocked;
    });
    expect((await readLog(a)).length + (await readLog(b)).length).toBe(2);
  });

  it('leaves no hole after a rollback, nor after one to a savepoint', async () => {
    const dept = await newDepartment();
    await append({ dept });
    await inSession(async (client) => {
      const call = 'SELECT seq FROM append_events($1)';
      await client.query('BEGIN');
      expect((await client.query(call, [asParameter([{ dept }, { dept }])])).rows).toEqual([{ seq: '2' }, { seq: '3' }]);
      await client.query('ROLLBACK');
      await client.query('BEGIN');
      await client.query('SAVEPOINT here');
      await client.query(call, [asParameter([{ dept, payload: { undone: true } }])]);
      await client.query('ROLLBACK TO here');
      expect((await client.query(call, [asParameter([{ dept, payload: { kept: true } }])])).rows).toEqual([{ seq: '2' }]);
      await client.query('COMMIT');
    });
    await append({ dept });
    const log = await readLog(dept);
    expect(log.map(({ seq, payload }) => [seq, payload])).toEqual([
      ['1', '{}'],
      ['2', '{"kept": true}'],
      ['3', '{}'],
    ]);
    expect(await brokenAt(dept)).toBeUndefined();
  });

  it('refuses a department that it does not know, and appends none of the others either', async () => {
    const dept = await newDepartment('a');
    const refusal = { code: '23503', message: expect.stringContaining('nowhere') as string };
    await expect(append({ dept }, { dept: 'nowhere' })).rejects.toMatchObject(refusal);
    await expect(database.query(`SELECT append_events('[{"id":"${newId()}","type":"test","payload":{}}]')`)).rejects.toMatchObject({
      code: '23503',
    });
    expect(await readLog(dept)).toEqual([]);
    expect(await append({ dept })).toEqual([{ dept, seq: '1' }]);
  });

  it('refuses an event without its type, payload or id, and leaves no hole', async () => {
    const dept = await newDepartment();
    const whole = { dept, id: newId(), type: 'test', payload: {} };
    for (const missing of ['id', 'type', 'payload']) {
      const event = Object.fromEntries(Object.entries(whole).filter(([name]) => name !== missing));
      await expect(database.query('SELECT append_events($1)', [JSON.stringify([whole, event])])).rejects.toMatchObject({ code: '23502' });
    }
    expect(await append({ dept })).toEqual([{ dept, seq: '1' }]);
  });
});

describe('the hash chain', () => {
  const awkward: Omit<NewRow, 'dept'>[] = [
    { payload: { text: 'Zimmer 12 — «Ä» 😀 \u2028 "\\" \t' }, actor_id: 'station:ä:1' },
    { payload: { b: 1, a: [1.5, 1e21, -0, 123456789012345], nested: { '': null } }, call_id: newId() },
    { type: '3:abc', payload: [], call_id: newId(), actor_id: 'staff:1' },
    { payload: 'a string' },
    { payload: null },
    { payload: { long: 'x'.repeat(20_000) } },
  ];

  it('is what an independent implementation computes from the rows', async () => {
    const dept = await newDepartment();
    for (const event of awkward) await append({ dept, ...event }, { dept });
    expect(await readLog(dept)).toHaveLength(2 * awkward.length);
    expect(await brokenAt(dept)).toBeUndefined();
  });

  it.each([
    [`UPDATE events SET payload = '{"n": 3.0}' WHERE seq = 3 AND dept_id = $1`, '3'],
    [`UPDATE events SET at = at + interval '1 microsecond' WHERE seq = 4 AND dept_id = $1`, '4'],
    [`UPDATE events SET actor_id = call_id::text, call_id = NULL WHERE seq = 2 AND dept_id = $1`, '2'],
    [`DELETE FROM events WHERE seq = 3 AND dept_id = $1`, '4'],
    [`DELETE FROM events WHERE seq = 5 AND dept_id = $1`, 'head'],
    [`UPDATE events SET id = gen_random_uuid() WHERE seq = 5 AND dept_id = $1`, '5'],
  ])('shows where it was broken: %s', async (tampering, at) => {
    const dept = await newDepartment();
    for (let n = 1; n <= 5; n++) await append({ dept, payload: { n }, call_id: newId() });
    expect(await brokenAt(dept)).toBeUndefined();
    await inSession(async (client) => {
      await client.query('BEGIN');
      await client.query(`SET LOCAL session_replication_role = 'replica'`);
      await client.query(tampering, [dept]);
      await client.query('COMMIT');
    });
    expect(await brokenAt(dept)).toBe(at);
  });

  it("does not depend on the session's time zone and formats", async () => {
    const dept = await newDepartment();
    const sessions = [
      ['UTC', 'ISO'],
      ['Pacific/Chatham', 'German'],
      ['America/St_Johns', 'SQL, DMY'],
      ['Asia/Kathmandu', 'Postgres'],
    ];
    for (const [zone = '', style = ''] of sessions) {
      await inSession(async (client) => {
        await client.query(
          `SELECT set_config('timezone', $1, false), set_config('datestyle', $2, false), set_config('extra_float_digits', '-5', false)`,
          [zone, style],
        );
        await client.query('SELECT append_events($1)', [asParameter([{ dept, payload: { zone, n: 0.1 } }])]);
      });
    }
    expect(await brokenAt(dept)).toBeUndefined();
    const recomputed = new Set<string>();
    for (const [zone = '', style = ''] of sessions) {
      await inSession(async (client) => {
        await client.query(`SELECT set_config('timezone', $1, false), set_config('datestyle', $2, false)`, [zone, style]);
        const { rows } = await client.query<{ all: string }>(
          `SELECT string_agg(encode(event_hash(prev_hash, dept_id, seq, id, type, payload, call_id, actor_id, at), 'hex'), ' ' ORDER BY seq) AS all
           FROM events WHERE dept_id = $1`,
          [dept],
        );
        recomputed.add(rows[0]?.all ?? '');
      });
    }
    expect([...recomputed]).toEqual([(await readLog(dept)).map((row) => row.hash.toString('hex')).join(' ')]);
  });
});

describe('time', () => {
  it('of a department never goes back, even when the clock does', async () => {
    const [moved, other] = [await newDepartment(), await newDepartment()];
    await append({ dept: moved });
    await database.moveClock(3600);
    await append({ dept: moved }, { dept: moved });
    await database.moveClock(-7200);
    await append({ dept: moved }, { dept: other });
    await append({ dept: moved });
    await database.moveClock(3600);
    const times = (await readLog(moved)).map((row) => microseconds(row.at));
    expect(times).toHaveLength(5);
    expect(times).toEqual([...times].sort((a, b) => (a < b ? -1 : 1)));
    // An hour ahead when it went back, the time stays the same; the other department has not seen that hour.
    expect(times.slice(3)).toEqual([times[2], times[2]]);
    const [first] = await readLog(other);
    expect(microseconds(first?.at ?? '')).toBeLessThan(times[0] ?? 0n);
    expect(await brokenAt(moved)).toBeUndefined();
  });

  it('is drawn when the stream is locked, not when the transaction began', async () => {
    const dept = await newDepartment();
    await inSession(async (early) => {
      await early.query('BEGIN');
      await early.query('SELECT now()');
      await append({ dept, payload: { who: 'late' } });
      await early.query('SELECT append_events($1)', [asParameter([{ dept, payload: { who: 'early' } }])]);
      await early.query('COMMIT');
    });
    const [late, early] = await readLog(dept);
    expect(microseconds(early?.at ?? '')).toBeGreaterThan(microseconds(late?.at ?? ''));
  });

  it('app_now() is STABLE and bounds an index scan; app_clock() is volatile', async () => {
    const rows = await database.query<{ name: string; volatility: string }>(
      `SELECT proname AS name, provolatile::text AS volatility FROM pg_proc WHERE proname IN ('app_now', 'app_clock') ORDER BY 1`,
    );
    expect(rows).toEqual([
      { name: 'app_clock', volatility: 'v' },
      { name: 'app_now', volatility: 's' },
    ]);
    await database.query(
      `INSERT INTO sign_in_attempts (id, username_hash, address, at)
       SELECT gen_random_uuid(), '\\x00', '10.0.0.1', app_now() - make_interval(secs => n) FROM generate_series(0, 20000) n`,
    );
    await database.query('ANALYZE sign_in_attempts');
    const explain = async (condition: string) =>
      (
        await database.query<{ 'QUERY PLAN': string }>(
          `EXPLAIN (COSTS OFF) SELECT id FROM sign_in_attempts WHERE ${condition} ORDER BY at LIMIT 5`,
        )
      )
        .map((row) => row['QUERY PLAN'])
        .join('\n');
    expect(await explain(`at > app_now() - interval '60 seconds'`)).toMatch(/Index Cond: \(at > /);
    expect(await explain(`at > app_clock() - interval '60 seconds'`)).not.toMatch(/Index Cond/);
  });

  it('app_now() moves between the statements of a transaction, and with the skew', async () => {
    await inSession(async (client) => {
      const now = async () => (await client.query<{ now: string }>('SELECT extract(epoch FROM app_now())::text AS now')).rows[0]?.now ?? '';
      await client.query('BEGIN');
      const first = Number(await now());
      expect(Number(await now())).toBeGreaterThan(first);
      await client.query(`UPDATE clock_skew SET skew = '-1 day'`);
      expect(Number(await now())).toBeLessThan(first);
      await client.query('ROLLBACK');
    });
  });
});

describe('EventLog', () => {
  const touch = statement('touch', 'SELECT 1');
  let pools: Database;
  let transactions: Transactions;
  let log: EventLog;
  const woken: string[] = [];
  const told: StoredEvent[] = [];

  beforeAll(async () => {
    const logger = await createLogger({ level: 'silent', pretty: false });
    pools = new Database(database.url, logger);
    transactions = new Transactions(pools, logger);
    const logNotifier = new LogNotifier();
    logNotifier.onNotify((dept, events = []) => {
      woken.push(dept);
      told.push(...events);
    });
    log = new EventLog(pools, logNotifier, new SystemClock(), realtimeSettings.parse({}));
  });
  afterAll(() => pools.onApplicationShutdown());

  const shift = (n: number) => ({ staff_id: newId(), shift_id: String(n), role: 'nurse', reason: 'ended' }) as const;

  it('appends last, in the order of the calls, and wakes each department once, after the commit', async () => {
    const [a, b] = [await newDepartment(), await newDepartment()];
    woken.length = 0;
    await transactions.run(async (tx) => {
      for (let n = 1; n <= 6; n++) log.append(tx, { dept: n % 2 ? b : a, type: 'nurse.shift_ended', data: shift(n), actorId: 'staff:x' });
      await tx.query(touch);
      expect(await log.head(a)).toEqual({ head: 0, purged: 0 });
      // The stream's lock has not been taken yet: others append meanwhile.
      await append({ dept: a, payload: { shift_id: '0' } });
      expect(woken).toEqual([]);
    });
    const order = async (dept: string) =>
      (await log.page(dept, 0)).map((event) => [event.seq, (JSON.parse(event.data) as { shift_id: string }).shift_id]);
    expect(await order(a)).toEqual([
      [1, '0'],
      [2, '2'],
      [3, '4'],
      [4, '6'],
    ]);
    expect(await order(b)).toEqual([
      [1, '1'],
      [2, '3'],
      [3, '5'],
    ]);
    expect([...woken].sort()).toEqual([a, b].sort());
  });

  it('tells after the commit what it has appended, as the log has it', async () => {
    const [a, b] = [await newDepartment(), await newDepartment()];
    told.length = 0;
    await transactions.run(async (tx) => {
      const data = { ...shift(1), name: 'Zoë "Z" \\ \n', at: 0.1 };
      for (const dept of [b, a, b]) log.append(tx, { dept, type: 'nurse.shift_ended', data });
      await tx.query(touch);
    });
    const ageless = (events: readonly StoredEvent[]) => events.map(({ age: _, ...event }) => event);
    expect(ageless(told.filter(({ dept }) => dept === a))).toEqual(ageless(await log.page(a, 0)));
    expect(ageless(told.filter(({ dept }) => dept === b))).toEqual(ageless(await log.page(b, 0)));
    expect(told).toHaveLength(3);
  });

  it('appends nothing and wakes nobody when the transaction is rolled back', async () => {
    const dept = await newDepartment();
    woken.length = 0;
    const work = transactions.run(async (tx) => {
      log.append(tx, { dept, type: 'nurse.shift_ended', data: shift(1) });
      await tx.query(touch);
      throw new Error('changed my mind');
    });
    await expect(work).rejects.toThrow('changed my mind');
    expect(await log.head(dept)).toEqual({ head: 0, purged: 0 });
    expect(woken).toEqual([]);
  });

  it('pages through a department, and reads the heads of many at once', async () => {
    const [a, b] = [await newDepartment(), await newDepartment()];
    const callId = newId();
    await append(...Array.from({ length: 7 }, (_, n) => ({ dept: a, payload: { n }, call_id: callId })), { dept: b });
    expect((await log.page(a, 2, 3)).map((event) => event.seq)).toEqual([3, 4, 5]);
    expect((await log.page(a, 5, 3, 'poller')).map((event) => event.seq)).toEqual([6, 7]);
    expect(await log.page(a, 7)).toEqual([]);
    expect(await log.page('nowhere', 0)).toEqual([]);
    expect(await log.head('nowhere')).toBeUndefined();
    const heads = await log.heads([a, 'nowhere', b]);
    expect(new Map(heads.map(({ dept, head }) => [dept, head]))).toEqual(
      new Map([
        [a, 7],
        [b, 1],
      ]),
    );
    expect((await log.callHistory(callId, 3)).map((event) => event.seq)).toEqual([1, 2, 3]);
    const [event] = await log.page(a, 0, 1);
    expect(event).toMatchObject({
      dept: a,
      type: 'test',
      data: '{"n": 0}',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
    });
    expect(event?.age).toBeGreaterThanOrEqual(0);
  });
});
