import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asStation, type Answer } from '../support/client.js';
import { eventually, Person } from '../support/person.js';
import { type Silence, stallingProxy, type StallingProxy } from '../support/stalling-proxy.js';
import { startTestWardline, type TestWardline } from '../support/wardline.js';

/** Comfortably more than the limits of all waits together; without limits it is not enough by minutes. */
const BACK_MS = 30_000;
const BED = 'icu-101-bed';

let wardline: TestWardline;
let proxy: StallingProxy;
let nurse: Person;

beforeAll(async () => {
  wardline = await startTestWardline({
    env: { SERVER_HEARTBEAT_SEC: '1', ESCALATION_L1_SEC: '2', ESCALATION_L2_SEC: '3', ESCALATION_L3_SEC: '4' },
    databaseUrlFor: async (url) => {
      const { user, password, database, host, port } = new pg.Client({ connectionString: url });
      proxy = await stallingProxy(host.startsWith('/') ? { path: `${host}/.s.PGSQL.${String(port)}` } : { host, port });
      const credentials = [user ?? '', password ?? ''].map(encodeURIComponent).join(':');
      return `postgresql://${credentials}@127.0.0.1:${String(proxy.port)}/${database ?? ''}`;
    },
  });
  nurse = await Person.come(wardline, 'icu-nurse-1');
});
afterAll(async () => {
  await wardline.stop();
  await proxy.close();
});

function press(station: string, key: string): Promise<Answer> {
  return asStation(wardline, station)('POST', '/calls', { type: 'patient_normal' }, { 'idempotency-key': key });
}

/** As a button does it: the same press until it is taken. */
async function pressUntilTaken(station: string): Promise<string> {
  const key = randomUUID();
  const answer = await eventually(
    async () => {
      const one = await press(station, key);
      if (one.status < 300) return one;
      expect(one).toMatchObject({ status: 503, body: { error: { code: 'UNAVAILABLE', retryable: true } } });
      await sleep(100);
      return undefined;
    },
    'a press',
    BACK_MS,
  );
  return answer.body.id as string;
}

/** Work on every pool, so that each has connections that can fall silent. */
async function warmUp(): Promise<void> {
  await Promise.all(wardline.firstRun.stations.map(({ id }) => press(id, randomUUID())));
  await nurse.session.get('/auth/session');
}

async function level(call: string): Promise<number> {
  const [row] = await wardline.database.query<{ level: number }>('SELECT level FROM calls WHERE id = $1', [call]);
  return row?.level ?? 0;
}

describe('every connection falls silent at one instant, and new ones work', () => {
  it.each<Silence>(['both', 'to the server', 'to the client'])(
    '(%s) presses are taken, levels climb, and whoever waits has an answer',
    async (direction) => {
      await warmUp();
      const waiting = await pressUntilTaken('med-201-bed');
      expect(proxy.silence(direction)).toBeGreaterThan(8);
      const [, session] = await Promise.all([pressUntilTaken(BED), nurse.session.get('/auth/session')]);
      expect([200, 503]).toContain(session.status);
      const answered = await nurse.socket.ask({ id: randomUUID(), type: 'shift.start', data: { dept: 'icu' } });
      expect(['ok', 'error']).toContain(answered.type);
      await eventually(async () => ((await level(waiting)) > 0 ? true : undefined), 'the first level', BACK_MS);
      expect((await nurse.session.get('/auth/session')).status).toBe(200);
    },
    120_000,
  );
});
