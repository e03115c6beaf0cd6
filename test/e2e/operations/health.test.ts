import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asStation, request, signIn, Socket, type Answer, type AnyFrame, type Session } from '../../support/clients/client.js';
import { connectUntilClosed } from '../../support/clients/upgrade.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';
import { eventually } from '../../support/eventually.js';

/** By the names that operators know them under. */
const STATS = [
  'owns_total',
  'releases_total',
  'sendToClient_total',
  'sendToClient_owner_missing',
  'room_joins_total',
  'room_leaves_total',
  'room_pushes_total',
  'pushes_total',
  'pushes_failed_total',
  'pushes_dropped_slow_consumer',
  'pushes_to_dead_fd_total',
  'capacity_exceeded_owner_total',
  'capacity_exceeded_room_total',
  'rate_limit_drops_total',
  'client_rate_limit_drops_total',
  'hmac_verify_failures_total',
  'auth_denied_total',
  'room_authz_denied_total',
];

let wardline: TestWardline;
let admin: Session;

beforeAll(async () => {
  wardline = await startTestWardline({ env: { CLIENT_RATE_LIMIT: '20/60', OWNER_CAPACITY: '4' } });
  admin = await signIn(wardline, 'admin');
});
afterAll(() => wardline.stop());

function probe(path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return request(wardline, 'GET', path, { headers });
}

describe('probes', () => {
  it.each(['/livez', '/readyz', '/healthz', '/ws-health', '/healthz/ws'])(
    '%s answers 200 without a sign-in, and neither caches nor names anything secret',
    async (path) => {
      const { status, headers, body } = await probe(path);
      expect(status).toBe(200);
      expect(headers['cache-control']).toContain('no-store');
      const text = JSON.stringify(body);
      const { host, username } = new URL(wardline.database.url);
      for (const secret of ['postgres', wardline.firstRun.admin.password, host, username].filter((one) => one.length > 3))
        expect(text).not.toContain(secret);
    },
  );

  it('are looked at once a second, whoever asks; the answer is the same before and behind the guards', async () => {
    const moments = new Set<number>();
    for (let n = 0; n < 20; n++) moments.add((await probe('/healthz')).body.ts);
    const late = await request(wardline, 'GET', '/healthz?late', { headers: { origin: wardline.url } });
    expect(late).toMatchObject({ status: 200, body: { status: 'ok', db_ok: true } });
    moments.add(late.body.ts);
    expect(moments.size).toBeLessThanOrEqual(3);
  });

  it('of one client that asks without end are answered late, and all of them are answered', async () => {
    const asked = await Promise.all(Array.from({ length: 120 }, () => probe('/readyz')));
    expect(asked.map(({ status }) => status)).toEqual(Array<number>(120).fill(200));
    expect(new Set(asked.map(({ headers }) => headers['x-request-id'])).size).toBe(120);
  });

  it('of foreign pages are refused', async () => {
    expect((await probe('/readyz', { origin: 'https://elsewhere.example' })).status).toBe(403);
  });

  it('/healthz has its shape', async () => {
    const { body } = await probe('/healthz');
    expect(body).toEqual({
      status: 'ok',
      db_ok: true,
      clock: { status: 'up', went_back_sec: 0, log_ahead_sec: 0 },
      memory_pct: expect.any(Number),
      escalation_overdue: 0,
      ts: expect.any(Number),
    });
    expect(Math.abs(body.ts - Date.now() / 1000)).toBeLessThan(60);
    expect(Number.isInteger(body.ts)).toBe(true);
  });

  it('/ws-health counts what is open', async () => {
    const { body: before } = await probe('/ws-health');
    expect(before).toEqual({ connections: 0, pending_msgs: 0, memory_mb: expect.any(Number), uptime_s: expect.any(Number) });
    expect(before.memory_mb).toBeGreaterThan(20);
    const nurse = await signIn(wardline, 'icu-nurse-1');
    const sockets = await Promise.all([1, 2, 3].map(() => Socket.open(wardline, nurse.cookie)));
    await eventually(async () => ((await probe('/ws-health')).body.connections === 3 ? true : undefined), 'three connections');
    for (const socket of sockets) socket.close();
    await eventually(async () => ((await probe('/ws-health')).body.connections === 0 ? true : undefined), 'no connection');
    expect((await probe('/ws-health')).body.uptime_s).toBeGreaterThanOrEqual(before.uptime_s);
  });

  it("/healthz/ws has all of the node's counters, 0 for what has not happened, and counts", async () => {
    const { body: before } = await probe('/healthz/ws');
    expect(Object.keys(before).sort()).toEqual([...STATS].sort());
    for (const value of Object.values(before)) expect(Number.isInteger(value)).toBe(true);
    expect((await connectUntilClosed(wardline)).code).toBe(4001);
    expect((await connectUntilClosed(wardline, { cookie: '__Host-wardline=x.y' })).code).toBe(4002);
    const nurse = await signIn(wardline, 'icu-nurse-2');
    const sockets = await Promise.all([1, 2].map(() => Socket.open(wardline, nurse.cookie)));
    for (const socket of sockets) await socket.ask({ type: 'subscribe', dept: 'icu' });
    await asStation(wardline, 'icu-101-bed')('POST', '/calls', { type: 'patient_normal' });
    for (const socket of sockets) await socket.until((frame: AnyFrame) => frame.type === 'call.pending', 'the call');
    // An answer serves everybody for a second.
    const after = await eventually(async () => {
      const { body } = await probe('/healthz/ws');
      return body.pushes_total >= before.pushes_total + 2 ? body : undefined;
    }, 'the pushes');
    expect(after.auth_denied_total).toBe(before.auth_denied_total + 2);
    for (let n = 0; n < 25; n++) sockets[0]?.send({ type: 'unsubscribe', dept: 'icu' });
    await sockets[0]?.until((frame: AnyFrame) => frame.code === 'RATE_LIMITED', 'the limit');
    const limited = await eventually(async () => {
      const { body } = await probe('/healthz/ws');
      return body.client_rate_limit_drops_total >= before.client_rate_limit_drops_total + 5 ? body : undefined;
    }, 'the drops');
    for (const username of ['icu-nurse-4', 'icu-nurse-5', 'icu-nurse-6'])
      sockets.push(await Socket.open(wardline, (await signIn(wardline, username)).cookie));
    expect((await connectUntilClosed(wardline, { cookie: (await signIn(wardline, 'med-nurse-1')).cookie })).code).toBe(4013);
    const counted = async () => (await probe('/healthz/ws')).body.capacity_exceeded_owner_total as number;
    await eventually(async () => ((await counted()) === limited.capacity_exceeded_owner_total + 1 ? true : undefined), 'the capacity');
    for (const socket of sockets) socket.close();
    await eventually(async () => ((await probe('/ws-health')).body.connections === 0 ? true : undefined), 'no connection');
  });
});

describe('stats of a node', () => {
  it('GET /admin/stats tells how it stands and what it has counted', async () => {
    const nurse = await signIn(wardline, 'icu-nurse-3');
    const socket = await Socket.open(wardline, nurse.cookie);
    await socket.ask({ type: 'subscribe', dept: 'icu' });
    const { status, body } = await admin.get('/admin/stats');
    expect(status).toBe(200);
    expect(body).toMatchObject({ server: socket.frames[0].server_id, connections: 1, pending_msgs: 0 });
    for (const name of [...STATS, 'ts', 'uptime_s', 'memory_mb', 'memory_pct', 'messages_in', 'messages_out', 'bytes_in', 'bytes_out'])
      expect([name, typeof body[name]]).toEqual([name, 'number']);
    expect(body.messages_in).toBeGreaterThanOrEqual(1);
    expect(body.bytes_in).toBeGreaterThan(0);
    expect(body.bytes_out).toBeGreaterThan(body.bytes_in);
    socket.close();
    await socket.untilClosed();
    // Traffic of closed sockets stays counted.
    const later = await eventually(async () => {
      const now = (await admin.get('/admin/stats')).body;
      return now.connections === 0 ? now : undefined;
    }, 'the end of the connection');
    for (const name of ['messages_in', 'messages_out', 'bytes_in', 'bytes_out']) expect(later[name]).toBeGreaterThanOrEqual(body[name]);
  });

  it('GET /admin/stats/history has samples from the start on, of both resolutions, between two times', async () => {
    const now = (await admin.get('/admin/stats')).body;
    for (const resolution of ['10', '10s', '60', '60s', '1m']) {
      const { status, body } = await admin.get(`/admin/stats/history?resolution=${resolution}`);
      expect(status).toBe(200);
      expect(body).toMatchObject({ server: now.server, resolution: resolution.startsWith('10') ? 10 : 60, next_cursor: null });
      expect(body.items.length).toBeGreaterThanOrEqual(1);
      const [first] = body.items;
      expect(Object.keys(first)).toEqual(expect.arrayContaining(['ts', 'connections', 'memory_mb', ...STATS]));
      expect(first.ts).toBeLessThanOrEqual(now.ts);
    }
    const all = (await admin.get('/admin/stats/history')).body;
    expect(all.resolution).toBe(10);
    const { ts } = all.items[0];
    const iso = (seconds: number) => new Date(seconds * 1000).toISOString();
    const count = async (query: string) => (await admin.get(`/admin/stats/history?${query}`)).body.items.length as number;
    expect(await count(`from=${iso(ts - 10)}&to=${iso(ts + 1)}`)).toBe(1);
    expect(await count(`from=${String(ts - 10)}&to=${String(ts + 1)}`)).toBe(1);
    expect(await count(`to=${iso(ts - 10)}`)).toBe(0);
    expect(await count(`from=${String(ts + 86_400)}`)).toBe(0);
  });

  it.each(['resolution=5', 'resolution=1h', 'from=yesterday', 'to=', 'from=2030-01-01T00:00:00Z&to=2020-01-01T00:00:00Z', 'unit=s'])(
    'history refuses ?%s with 400',
    async (query) => {
      expect((await admin.get(`/admin/stats/history?${query}`)).status).toBe(400);
    },
  );
});
