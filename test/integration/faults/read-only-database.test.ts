import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StartRefused } from '../../../src/platform/common/start-refused.js';
import { DueWorkScheduler } from '../../../src/platform/scheduling/due-work-scheduler.js';
import { asStation, request, signIn, type Answer, type Session } from '../../support/clients/client.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';
import { eventually } from '../../support/eventually.js';

const BACK_MS = 30_000;

let wardline: TestWardline;
let nurse: Session;

beforeAll(async () => {
  wardline = await startTestWardline({ env: { ESCALATION_L1_SEC: '2', ESCALATION_L2_SEC: '3', ESCALATION_L3_SEC: '4' } });
  nurse = await signIn(wardline, 'icu-nurse-1');
});
afterAll(() => wardline.stop());

function press(station: string): Promise<Answer> {
  return asStation(wardline, station)('POST', '/calls', { type: 'patient_normal' }, { 'idempotency-key': randomUUID() });
}

function probe(path: string): Promise<Answer> {
  return request(wardline, 'GET', path);
}

/** For sessions that begin from now on, as on a server that another one has taken over from; those that there are end. */
async function setReadOnly(isOn: boolean): Promise<void> {
  const name = new URL(wardline.database.url).pathname.slice(1);
  await wardline.database.query(`ALTER DATABASE ${name} SET default_transaction_read_only = ${isOn ? 'on' : 'off'}`);
  if (!isOn) return;
  await wardline.database.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'wardline-%' AND datname = current_database()`,
  );
}

describe('a database that is read-only first after a failover', () => {
  it('is not ready and says so, refuses for a while, and takes every press once it takes writes: nothing of the old pools is left', async () => {
    const stations = wardline.firstRun.stations.filter(({ dept }) => dept === 'icu').map(({ id }) => id);
    await Promise.all(stations.map(press));
    await setReadOnly(true);
    try {
      const red = await eventually(async () => {
        const answer = await probe('/readyz');
        return answer.status === 503 && answer.body.error.database?.reason === 'takes no writes' ? answer : undefined;
      }, 'readiness that says so');
      expect(red.body.error.database).toEqual({ status: 'down', reason: 'takes no writes' });
      expect(await probe('/healthz')).toMatchObject({ status: 503, body: { status: 'degraded', db_ok: false } });
      const metrics = (await probe('/metrics')).body as string;
      expect(metrics).toMatch(/^wardline_database_up 1$/m);
      expect(metrics).toMatch(/^wardline_database_writable 0$/m);
      for (const answer of await Promise.all(Array.from({ length: 24 }, (_, n) => press(stations[n % stations.length]!))))
        expect(answer).toMatchObject({ status: 503, body: { error: { code: 'UNAVAILABLE', retryable: true } } });
      expect((await nurse.get('/auth/session')).status).toBe(200);
    } finally {
      await setReadOnly(false);
    }
    await eventually(async () => ((await press(stations[0]!)).status < 300 ? true : undefined), 'a press', BACK_MS);
    await eventually(async () => ((await probe('/readyz')).status === 200 ? true : undefined), 'readiness', BACK_MS);
    for (let round = 0; round < 3; round++)
      for (const answer of await Promise.all(Array.from({ length: 24 }, (_, n) => press(stations[n % stations.length]!))))
        expect([200, 201]).toContain(answer.status);
    expect((await probe('/metrics')).body).toMatch(/^wardline_database_writable 1$/m);
  });
});

describe('readiness', () => {
  it('looks at the core’s own loops, not at those of an extension', async () => {
    const scheduler = wardline.app.get(DueWorkScheduler);
    const began = scheduler.silentFor(-1);
    expect(began).toContain('escalation');
    expect(began).not.toContain('notifications');
    const hanging = { name: 'of_an_extension', handleOne: () => new Promise<boolean>(() => undefined) };
    scheduler.register(hanging);
    expect(scheduler.silentFor(-1)).toEqual(began);
  });

  it('keeps kinds of work apart: a name has one form and is of one kind', () => {
    const register = (name: string) => wardline.app.get(DueWorkScheduler).register({ name, handleOne: () => Promise.resolve(false) });
    expect(() => register('escalation')).toThrow(new StartRefused(['two kinds of due work are called escalation']));
    for (const name of ['', 'two words']) expect(() => register(name)).toThrow(StartRefused);
  });
});
