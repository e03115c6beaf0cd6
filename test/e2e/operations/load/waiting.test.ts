import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { asStation, type Answer, type AnyFrame, type Session, signIn } from '../../../support/clients/client.js';
import { closeAllCalls } from '../../../support/clients/person.js';
import { startTestWardline, type TestWardline } from '../../../support/wardline.js';
import { eventually } from '../../../support/eventually.js';

const TAPS = 18;

let wardline: TestWardline;
let nurse: Session;
let admin: Session;
/** A foreign transaction, which takes its time. */
let other: pg.Client;

beforeAll(async () => {
  wardline = await startTestWardline();
  nurse = await signIn(wardline, 'icu-nurse-1');
  admin = await signIn(wardline, 'admin');
  expect((await nurse.post('/departments/icu/shifts')).status).toBeLessThan(300);
});
afterAll(() => wardline.stop());
beforeEach(async () => {
  other = new pg.Client({ connectionString: wardline.database.url });
  await other.connect();
  await other.query('BEGIN');
});
afterEach(async () => {
  await other.end();
  await closeAllCalls(admin);
});

async function pressed(station = 'icu-101-bed'): Promise<AnyFrame> {
  const answer = await asStation(wardline, station)('POST', '/calls', { type: 'patient_normal' });
  expect(answer.status).toBeLessThan(300);
  return answer.body;
}

function accept(call: AnyFrame, key: string): Promise<Answer> {
  return nurse.post(`/calls/${call.id as string}/accept`, {}, { 'idempotency-key': key });
}

/** Connections for commands that wait in the database, or are in a transaction there. */
async function held(): Promise<number> {
  const [row] = await wardline.database.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'wardline-presses' AND xact_start IS NOT NULL`,
  );
  return row?.count ?? -1;
}

const untilHeld = (count: number) => eventually(async () => ((await held()) === count ? true : undefined), `${String(count)} to be held`);

describe('a locked row keeps few connections', () => {
  it('eighteen taps on one call hold two; another department is pressed and answered meanwhile; then each tap has its answer', async () => {
    const call = await pressed();
    await other.query('SELECT 1 FROM calls WHERE id = $1 FOR UPDATE', [call.id]);
    const taps = Array.from({ length: TAPS }, () => accept(call, randomUUID()));
    await untilHeld(2);
    // Presses are answered while none of the taps is: what they need is not what the taps hold.
    for (const station of ['med-201-bed', 'med-202-bed', 'med-203-bed']) await pressed(station);
    expect(await held()).toBe(2);
    await other.query('COMMIT');
    const statuses = (await Promise.all(taps)).map((answer) => answer.status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 409)).toHaveLength(TAPS - 1);
  });

  it('a locked department holds four', async () => {
    await other.query("SELECT 1 FROM dept_stream WHERE dept_id = 'icu' FOR UPDATE");
    const presses = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => pressed(`icu-10${String(n)}-bed`));
    await untilHeld(4);
    await pressed('med-201-bed');
    expect(await held()).toBe(4);
    await other.query('COMMIT');
    expect(await Promise.all(presses)).toHaveLength(8);
  });
});

describe('the same key in flight', () => {
  it('shares the running answer, with one connection for all of them', async () => {
    const call = await pressed();
    const key = randomUUID();
    await other.query('SELECT 1 FROM calls WHERE id = $1 FOR UPDATE', [call.id]);
    const taps = Array.from({ length: TAPS }, () => accept(call, key));
    await untilHeld(1);
    await pressed('med-201-bed');
    expect(await held()).toBe(1);
    await other.query('COMMIT');
    const answers = await Promise.all(taps);
    for (const answer of answers) expect([answer.status, answer.body]).toEqual([200, answers[0]?.body]);
  });

  it('with another command meanwhile is refused as ever', async () => {
    const call = await pressed();
    const key = randomUUID();
    await other.query('SELECT 1 FROM calls WHERE id = $1 FOR UPDATE', [call.id]);
    const first = accept(call, key);
    await untilHeld(1);
    const second = nurse.post(`/calls/${call.id as string}/decline`, {}, { 'idempotency-key': key });
    await other.query('COMMIT');
    expect((await first).status).toBe(200);
    expect([(await second).status, (await second).body.error.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  });

  it('on another node is waited for without a connection', async () => {
    const call = await pressed();
    const key = randomUUID();
    await other.query(`SELECT pg_advisory_xact_lock(hashtextextended($1 || ' ' || $2, 0))`, [`staff:${nurse.user.id}`, key]);
    const tap = accept(call, key);
    let looks = 0;
    // Between two looks nothing is held, and it goes on looking.
    await eventually(async () => ((await held()) === 0 && ++looks > 3 ? true : undefined), 'nothing to be held');
    await other.query('COMMIT');
    expect((await tap).status).toBe(200);
  });
});
