import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asStation, type Answer } from '../../support/clients/client.js';
import { Person } from '../../support/clients/person.js';
import { type Program, run } from '../../support/servers/process.js';
import { proxiedDatabase } from '../../support/servers/proxies/proxied-database.js';
import type { Silence, StallingProxy } from '../../support/servers/proxies/stalling-proxy.js';
import { startTestWardline, TEST_SECRET, type TestWardline } from '../../support/wardline.js';
import { eventually } from '../../support/eventually.js';

/** Comfortably more than the limits of all waits together; without limits it is not enough by minutes. */
const BACK_MS = 30_000;
const BED = 'icu-101-bed';

let wardline: TestWardline;
let proxy: StallingProxy;
let nurse: Person;
let urlByProxy: string;
const dataDir = mkdtempSync(join(tmpdir(), 'wardline-silent-'));

beforeAll(async () => {
  wardline = await startTestWardline({
    env: { SERVER_HEARTBEAT_SEC: '1', ESCALATION_L1_SEC: '2', ESCALATION_L2_SEC: '3', ESCALATION_L3_SEC: '4' },
    databaseUrlFor: async (url) => {
      ({ proxy, url: urlByProxy } = await proxiedDatabase(url));
      return urlByProxy;
    },
  });
  nurse = await Person.come(wardline, 'icu-nurse-1');
});
afterAll(async () => {
  await wardline.stop();
  await proxy.close();
  rmSync(dataDir, { recursive: true, force: true });
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

/** The same database through the proxy, by a URL as a process gets it. */
async function started(env: Record<string, string>): Promise<Program> {
  const program = run('src/main.js', { PORT: '0', SESSION_SECRETS: TEST_SECRET, DATABASE_URL: urlByProxy, DATA_DIR: dataDir, ...env });
  await program.event('wardline.ready');
  return program;
}

describe('every connection falls silent at one instant, and new ones work', () => {
  it.each<Silence>(['both', 'to the server', 'to the client'])(
    '(%s) presses are taken, levels climb, and whoever waits has an answer',
    async (direction) => {
      await warmUp();
      const waiting = await pressUntilTaken('med-201-bed');
      expect(proxy.silence(direction)).toBeGreaterThan(8);
      // More than a pool holds, so that each of its connections is in use, and others wait for one.
      const stations = wardline.firstRun.stations.slice(0, 24).map(({ id }) => id);
      const [session] = await Promise.all([nurse.session.get('/auth/session'), pressUntilTaken(BED), ...stations.map(pressUntilTaken)]);
      for (const { status } of await Promise.all(stations.map((id) => press(id, randomUUID())))) expect([200, 201]).toContain(status);
      expect([200, 503]).toContain(session.status);
      const answered = await nurse.socket.ask({ id: randomUUID(), type: 'shift.start', data: { dept: 'icu' } });
      expect(['ok', 'error']).toContain(answered.type);
      await eventually(async () => ((await level(waiting)) > 0 ? true : undefined), 'the first level', BACK_MS);
      expect((await nurse.session.get('/auth/session')).status).toBe(200);
    },
    120_000,
  );
});

describe('a database that is stopped, and lets in nobody new either', () => {
  it('refuses commands over both transports as UNAVAILABLE, to be tried again, and takes them when it is back', async () => {
    await warmUp();
    proxy.stall();
    try {
      const [session, frame] = await Promise.all([
        nurse.session.get('/auth/session'),
        nurse.socket.ask({
          id: randomUUID(),
          type: 'call.raise',
          data: { room_id: wardline.firstRun.stations.find(({ dept }) => dept === 'icu')?.room_id, type: 'patient_normal' },
        }),
      ]);
      expect(session).toMatchObject({ status: 503, body: { error: { code: 'UNAVAILABLE', retryable: true } } });
      expect(frame).toMatchObject({ type: 'error', code: 'UNAVAILABLE', retryable: true });
    } finally {
      proxy.resume();
    }
    await pressUntilTaken(BED);
  });
});

describe('SIGTERM', () => {
  it.each([
    ['off', 'silent'],
    ['off', 'stopped'],
    ['on', 'silent'],
  ])(
    'ends the process in order (SUPERVISOR=%s, the database %s)',
    async (SUPERVISOR, fault) => {
      const program = await started({ SUPERVISOR, SHUTDOWN_DRAIN_SEC: '1' });
      if (fault === 'silent') proxy.silence('both');
      else proxy.stall();
      try {
        program.child.kill('SIGTERM');
        expect(await program.exited).toBe(0);
      } finally {
        proxy.resume();
      }
    },
    90_000,
  );
});
