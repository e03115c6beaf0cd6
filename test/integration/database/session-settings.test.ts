import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataSource } from 'typeorm';
import { SESSION_SETTINGS } from '../../../src/platform/database/connection-options.js';
import { Database } from '../../../src/platform/database/database.js';
import { asStation, request, signIn, type Session } from '../../support/clients/client.js';
import { createTestDatabase } from '../../support/servers/database.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';

/** Each changes what a statement means or how its answer reads. */
const UNFORTUNATE: Record<string, string> = {
  extra_float_digits: '-15',
  datestyle: 'German,DMY',
  intervalstyle: 'sql_standard',
  timezone: 'Asia/Kathmandu',
  bytea_output: 'escape',
  standard_conforming_strings: 'off',
  search_path: 'pg_catalog, elsewhere',
  client_encoding: 'LATIN1',
  default_transaction_isolation: 'serializable',
  transform_null_equals: 'on',
  idle_session_timeout: '700ms',
  statement_timeout: '1ms',
  lock_timeout: '1ms',
};

let wardline: TestWardline;
let admin: Session;

beforeAll(async () => {
  const database = await createTestDatabase('demo hospital');
  const name = new URL(database.url).pathname.slice(1);
  for (const [setting, value] of Object.entries(UNFORTUNATE)) {
    const list = setting === 'search_path' || setting === 'datestyle' ? value : `'${value}'`;
    await database.query(`ALTER DATABASE ${name} SET ${setting} = ${list}`);
  }
  const owner = { database } as TestWardline;
  wardline = await startTestWardline({ sharedWith: owner });
  admin = await signIn(wardline, 'admin');
});
afterAll(async () => {
  await wardline.stop();
  await wardline.database.drop();
});

describe('defaults of the database', () => {
  it('are named by each connection of each pool, so that they change nothing', async () => {
    const pools = [
      ...wardline.app
        .get(Database)
        .named()
        .map(([, pool]) => pool),
    ];
    const directory = wardline.app.get(DataSource);
    for (const name of Object.keys(UNFORTUNATE)) {
      const seen = await Promise.all([
        ...pools.map(
          async (pool) => (await pool.query<Record<string, string>>(`SELECT current_setting('${name}') AS value`)).rows[0]?.['value'],
        ),
        directory.query<{ value: string }[]>(`SELECT current_setting('${name}') AS value`).then((rows) => rows[0]?.value),
      ]);
      for (const value of seen) {
        expect([name, value]).not.toEqual([name, UNFORTUNATE[name]]);
        const ours = SESSION_SETTINGS[name];
        if (ours !== undefined) expect(value?.replaceAll(' ', '')).toBe(ours.replaceAll(' ', ''));
      }
    }
  });

  it('move no period of a report, no time of a call, no end of a session, and no number of an event', async () => {
    const call = await asStation(wardline, 'icu-101-bed')(
      'POST',
      '/calls',
      { type: 'patient_normal' },
      {
        'idempotency-key': randomUUID(),
      },
    );
    expect(call.status).toBe(201);
    const isNow = (text: string) => Math.abs(Date.parse(text) - Date.now()) < 120_000;
    expect(isNow(call.body.placed_at as string)).toBe(true);
    const report = await admin.get('/departments/icu/report');
    expect(report.status).toBe(200);
    expect(isNow(report.body.to as string)).toBe(true);
    const session = await admin.get('/auth/session');
    expect(session.status).toBe(200);
    const events = await admin.get('/departments/icu/events?after=0&limit=200');
    expect(events.body.items.length).toBeGreaterThan(0);
    expect(events.body.items.map((one: { seq: number }) => one.seq)).toEqual(
      events.body.items.map((_: unknown, place: number) => place + 1),
    );
    expect((await admin.get('/admin/audit/verify')).body).toMatchObject({ ok: true });
    expect((await request(wardline, 'GET', '/readyz')).status).toBe(200);
  });
});
