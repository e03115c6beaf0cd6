import { randomUUID } from 'node:crypto';
import http, { createServer } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { Counter, register } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asStation, request, signIn, Socket, type AnyFrame, type Session } from '../../support/clients/client.js';
import { METRICS } from '../../support/checks/metric-names.js';
import { parseMetrics, type Scrape } from '../../support/checks/metrics.js';
import { connectUntilClosed } from '../../support/clients/upgrade.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';
import { eventually } from '../../support/eventually.js';

/** All label names there are; each one's values are a closed set, or the installation's departments and types of calls. */
const LABELS = new Set([
  ...Object.values(METRICS).flatMap(([, ...labels]) => labels),
  ...['le', 'quantile', 'space', 'version', 'major', 'minor', 'patch'],
]);

/** The processor's time has passed before the first scrape. */
const BORN_AT_ZERO = [
  ...Object.keys(METRICS).filter((name) => METRICS[name]?.[0] === 'counter' && name !== 'process_cpu_seconds_total'),
  ...['wardline_rate_limited_total', 'wardline_cluster_servers'],
];

let wardline: TestWardline;
let nurse: Session;
let admin: Session;

beforeAll(async () => {
  wardline = await startTestWardline({ env: { HEARTBEAT_CHECK_INTERVAL_SEC: '1' } });
  nurse = await signIn(wardline, 'icu-nurse-1');
  admin = await signIn(wardline, 'admin');
});
afterAll(() => wardline.stop());

async function scrape(headers: Record<string, string> = {}): Promise<Scrape> {
  const { status, body } = await request(wardline, 'GET', '/metrics', { headers });
  expect(status).toBe(200);
  return parseMetrics(body as string);
}

describe('GET /metrics', () => {
  it('has every metric by its name and kind', async () => {
    const { kinds } = await scrape();
    const wanted = Object.entries(METRICS);
    expect(Object.fromEntries(wanted.map(([name]) => [name, kinds.get(name)]))).toEqual(
      Object.fromEntries(wanted.map(([name, [kind]]) => [name, kind])),
    );
  });

  it('has the counters that alerts watch at 0 before anything has happened', async () => {
    const fresh = await startTestWardline({ sharedWith: wardline });
    try {
      const { samples } = parseMetrics((await request(fresh, 'GET', '/metrics')).body as string);
      const first = (name: string) => samples.filter((one) => one.name === name).map(({ value }) => value);
      for (const name of BORN_AT_ZERO) expect([name, new Set(first(name))]).toEqual([name, new Set([0])]);
    } finally {
      await fresh.stop();
    }
  });

  it('counts sign-ins by their result, those that are refused too', async () => {
    const before = await scrape();
    const sign = (now: Scrape) => ['ok', 'refused'].map((result) => now.value('wardline_sign_ins_total', { result }));
    const [ok = 0, refused = 0] = sign(before);
    await signIn(wardline, 'icu-nurse-2');
    const body = { username: 'icu-nurse-2', password: 'not the password' };
    expect((await request(wardline, 'POST', '/api/v1/auth/login', { body })).status).toBe(401);
    expect(sign(await scrape())).toEqual([ok + 1, refused + 1]);
  });

  it('tells what happens: connections, bytes, frames, round trips, closes, refusals, resumes, errors', async () => {
    const before = await scrape();
    expect((await connectUntilClosed(wardline)).code).toBe(4001);
    const socket = await Socket.open(wardline, nurse.cookie);
    await socket.ask({ type: 'subscribe', dept: 'icu', after: 0 });
    await socket.ask({ type: 'subscribe', dept: 'icu', after: 1_000_000 });
    socket.ws.send('no JSON');
    await socket.until((frame: AnyFrame) => frame.code === 'MALFORMED_JSON');
    await eventually(async () => ((await scrape()).value('wardline_ws_rtt_seconds_count') > 0 ? true : undefined), 'a round trip');
    const open = await scrape();
    expect(open.value('ws_connections')).toBe(1);
    expect(open.value('ws_connections_active_total')).toBe(1);
    expect(open.value('ws_connections_total')).toBe(before.value('ws_connections_total') + 1);
    expect(open.value('wardline_ws_connections_max')).toBe(500);
    expect(open.value('ws_frame_size_bytes_count')).toBe(before.value('ws_frame_size_bytes_count') + 3);
    expect(open.value('ws_error_count')).toBe(before.value('ws_error_count') + 1);
    for (const direction of ['in', 'out']) expect(open.value('wardline_ws_bytes_total', { direction })).toBeGreaterThan(100);
    for (const recovered of ['true', 'false']) expect(open.value('wardline_resume_total', { recovered })).toBeGreaterThanOrEqual(1);
    expect(open.sum('wardline_ws_rejected_total')).toBe(before.sum('wardline_ws_rejected_total') + 1);
    expect(open.value('wardline_ws_closes_total', { code: '4001' })).toBe(1);
    expect(open.value('ws_memory_usage_bytes')).toBeGreaterThan(20_000_000);
    socket.close();
    const closed = await eventually(async () => {
      const now = await scrape();
      return now.value('ws_connections') === 0 ? now : undefined;
    }, 'the close');
    expect(closed.value('wardline_ws_closes_total', { code: '1005' })).toBe(1);
    expect(closed.value('wardline_ws_bytes_total', { direction: 'out' })).toBeGreaterThanOrEqual(
      open.value('wardline_ws_bytes_total', { direction: 'out' }),
    );
  });

  it("are one application's: another one of the process has its own, and a program's own metrics are in both", async () => {
    const name = 'hospital_beds_cleaned_total';
    const cleaned = new Counter({ name, help: 'A metric of a hospital.' });
    cleaned.inc(3);
    const other = await startTestWardline();
    try {
      const before = await scrape();
      const socket = await Socket.open(other, (await signIn(other, 'icu-nurse-1')).cookie);
      socket.close();
      const [mine, others] = [await scrape(), parseMetrics((await request(other, 'GET', '/metrics')).body as string)];
      expect(others.value('ws_connections_total')).toBe(1);
      expect(mine.value('ws_connections_total')).toBe(before.value('ws_connections_total'));
      for (const one of [mine, others]) expect(one.value(name)).toBe(3);
    } finally {
      register.removeSingleMetric(name);
      await other.stop();
    }
  });

  it('tells of departments that nobody looks after, by name, 0 for the others', async () => {
    const call = await asStation(wardline, 'med-201-bed')('POST', '/calls', { type: 'patient_normal' });
    expect(call.status).toBe(201);
    const dept = (now: Scrape, name: string) => now.value('wardline_department_unattended', { dept: name });
    const alarmed = await eventually(async () => {
      const now = await scrape();
      return dept(now, 'med') === 1 ? now : undefined;
    }, 'med unattended');
    expect(dept(alarmed, 'icu')).toBe(0);
    const socket = await Socket.open(wardline, (await signIn(wardline, 'med-nurse-1')).cookie);
    await eventually(async () => (dept(await scrape(), 'med') === 0 ? true : undefined), 'med attended');
    socket.close();
  });

  it('counts deadlines that nobody handled, when it is scraped', async () => {
    expect((await scrape()).value('wardline_escalation_overdue')).toBe(0);
    const call = await asStation(wardline, 'icu-103-bed')('POST', '/calls', { type: 'patient_normal' });
    await wardline.database.query(
      `UPDATE calls SET engine_retry_at = app_now() + interval '1 day', engine_failures = 9, next_escalation_at = app_now() - interval '1 minute'
       WHERE id = $1`,
      [call.body.id],
    );
    expect((await scrape()).value('wardline_escalation_overdue')).toBe(1);
    await admin.post(`/calls/${call.body.id as string}/cancel`, { reason: 'end of the test' });
    expect((await scrape()).value('wardline_escalation_overdue')).toBe(0);
  });

  it('has no label with a user, a call, a connection, a session or an address, and no label that grows with what clients send', async () => {
    const socket = await Socket.open(wardline, nurse.cookie);
    await socket.ask({ type: 'subscribe', dept: 'icu' });
    await socket.ask({ type: 'subscribe', dept: 'no-such-department' });
    await socket.ask({ type: `made-up-${randomUUID()}` });
    await asStation(wardline, 'icu-102-bed')('POST', '/calls', { type: 'patient_normal' });
    const pending = await socket.until((frame: AnyFrame) => frame.type === 'call.pending', 'the call');
    expect((await nurse.post(`/calls/${pending.data.call_id as string}/accept`, {})).status).toBe(200);
    for (const code of [3000, 3999, 4242, 4999]) {
      const own = await Socket.open(wardline, nurse.cookie);
      own.ws.close(code, 'of my own');
      await own.untilClosed();
    }
    const now = await eventually(async () => {
      const seen = await scrape();
      return seen.value('wardline_ws_closes_total', { code: 'other' }) === 4 ? seen : undefined;
    }, 'the closes');
    const names = new Set(now.samples.flatMap(({ labels }) => Object.keys(labels)));
    expect([...names].filter((name) => !LABELS.has(name))).toEqual([]);
    const values = now.samples.flatMap(({ labels }) => Object.values(labels)).join('\n');
    const hello = socket.frames[0];
    for (const secret of [nurse.user.id, 'icu-nurse-1', pending.data.call_id, hello.connection_id, hello.server_id, '127.0.0.1', 'icu-102'])
      expect(values).not.toContain(secret);
    for (const growing of ['made-up', 'no-such-department', '3999', '4242']) expect(values).not.toContain(growing);
    expect(now.value('wardline_call_accept_seconds_count', { type: 'patient_normal' })).toBe(1);
    socket.close();
  });
});

/** A proxy on this machine that adds the client's address behind all other headers. */
async function appendingProxy({ url, ca }: TestWardline): Promise<{ port: number; close: () => Promise<void> }> {
  const server = createServer((incoming, outgoing) => {
    const headers = [...incoming.rawHeaders, 'X-Forwarded-For', '203.0.113.9'];
    const passed = https.request(new URL(incoming.url ?? '/', url), { ca, headers, setHost: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502);
      answer.pipe(outgoing);
    });
    passed.on('error', () => {
      if (!outgoing.headersSent) outgoing.writeHead(502);
      outgoing.end();
    });
    passed.end();
  });
  server.maxHeadersCount = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port, close };
}

/** @param headers names and values in turn. @returns the status of `GET /metrics` */
function statusThrough(port: number, headers: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = { port, host: '127.0.0.1', path: '/metrics', headers: ['Host', 'wardline', ...headers], setHost: false, agent: false };
    const request = http.get(options, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    request.on('error', reject);
  });
}

describe('who may scrape', () => {
  it('without METRICS_TOKEN: this machine, and not through a proxy; others see no such path', async () => {
    await scrape();
    await scrape({ authorization: 'Bearer whatever' });
    for (const header of ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'forwarded', 'x-real-ip', 'via']) {
      const answer = await request(wardline, 'GET', '/metrics', { headers: { [header]: '127.0.0.1' } });
      expect([header, answer.status, answer.body.error?.code]).toEqual([header, 404, 'NOT_FOUND']);
    }
  });

  it('without METRICS_TOKEN: nobody behind a proxy that appends its header, however many headers the client sends before it', async () => {
    const proxy = await appendingProxy(wardline);
    try {
      const seen = new Set<number>();
      for (const count of [0, 1, 60, 90, 95, 96, 97, 98, 99, 100, 101, 120, 200, 900]) {
        for (const forged of [[], [['X-Forwarded-For', '127.0.0.1']], [['Forwarded', 'for=127.0.0.1']]]) {
          const fillers = Array.from({ length: count }, (_, n) => [`X-Filler-${String(n)}`, 'x']);
          const status = await statusThrough(proxy.port, [...forged, ...fillers].flat());
          expect([count, forged, [404, 431].includes(status)]).toEqual([count, forged, true]);
          seen.add(status);
        }
      }
      expect([...seen].sort()).toEqual([404, 431]);
    } finally {
      await proxy.close();
    }
  });

  it('with METRICS_TOKEN: who knows it, from anywhere', async () => {
    const token = 'a-token-for-scraping';
    const guarded = await startTestWardline({ sharedWith: wardline, env: { METRICS_TOKEN: token } });
    try {
      const status = async (headers: Record<string, string>) => (await request(guarded, 'GET', '/metrics', { headers })).status;
      expect(await status({ authorization: `Bearer ${token}` })).toBe(200);
      expect(await status({ authorization: `Bearer ${token}`, 'x-forwarded-for': '192.0.2.7' })).toBe(200);
      expect(await status({})).toBe(404);
      for (const wrong of [token, `Bearer ${token}x`, `Bearer ${token.slice(1)}`, `Basic ${token}`, 'Bearer ', `bearer  ${token}`])
        expect([wrong, await status({ authorization: wrong })]).toEqual([wrong, 404]);
    } finally {
      await guarded.stop();
    }
  });
});

// A node of its own: its counters begin at 0.
describe('the metrics of dispatch', () => {
  it('tells how many dispatches found nobody, and how long a call took to its nurse and until somebody took it on', async () => {
    const own = await startTestWardline();
    const look = async () => parseMetrics((await request(own, 'GET', '/metrics')).body as string);
    try {
      const none = await look();
      expect([none.value('failed_assignments_rate'), none.value('avg_assign_time_ms')]).toEqual([0, 0]);
      await asStation(own, 'icu-101-bed')('POST', '/calls', { type: 'patient_normal' });
      const unattended = await look();
      expect([unattended.value('failed_assignments_rate'), unattended.value('avg_assign_time_ms')]).toEqual([1, 0]);

      const anna = await signIn(own, 'icu-nurse-1');
      const socket = await Socket.open(own, anna.cookie);
      await socket.ask({ type: 'subscribe', dept: 'icu' });
      expect((await anna.post('/departments/icu/shifts')).status).toBeLessThan(300);
      const placed: string[] = [];
      for (const station of ['icu-102-bed', 'icu-103-bed', 'icu-104-bed']) {
        const { body } = await asStation(own, station)('POST', '/calls', { type: 'patient_normal' });
        placed.push(body.id as string);
      }
      await socket.until((frame: AnyFrame) => frame.type === 'call.pending' && frame.data.call_id === placed[2], 'the last call');
      const assigned = await eventually(async () => {
        const now = await look();
        return now.value('avg_assign_time_ms') > 0 ? now : undefined;
      }, 'an assignment');
      expect(assigned.value('failed_assignments_rate')).toBe(0.25);
      // Less than the whole test may take, and of the right unit.
      expect(assigned.value('avg_assign_time_ms')).toBeLessThan(60_000);

      // Accepting, and arriving without having accepted, both take a call on; arriving at one's own does so no more.
      expect((await anna.post(`/calls/${placed[0]!}/accept`, {})).status).toBe(200);
      expect((await anna.post(`/calls/${placed[0]!}/arrive`, {})).status).toBe(200);
      expect((await anna.post(`/calls/${placed[1]!}/arrive`, {})).status).toBe(200);
      const taken = await look();
      expect(taken.value('wardline_call_accept_seconds_count', { type: 'patient_normal' })).toBe(2);
      expect(taken.value('pending_calls_count')).toBe(2);
      socket.close();
    } finally {
      await own.stop();
    }
  });
});
