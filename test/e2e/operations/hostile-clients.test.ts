import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventWaiter } from '../../../src/events/delivery/event-waiter.js';
import { HttpTraffic } from '../../../src/operations/shutdown/http-traffic.js';
import { asStation, request, type Session, signIn } from '../../support/clients/client.js';
import { dial, exchange } from '../../support/clients/raw-connection.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';
import { eventually } from '../../support/eventually.js';

const HOST = 'Host: 127.0.0.1';

/** Everything that the server sends on one connection until `count` answers have come, as text. */
async function pipelined(wardline: TestWardline, text: string, count: number): Promise<string[]> {
  const { socket, ready } = dial(wardline);
  await ready;
  let heard = '';
  const answers = () => heard.split(/(?=HTTP\/1\.1 \d{3} )/).filter((one) => one !== '');
  socket.on('data', (chunk: Buffer) => (heard += chunk.toString('latin1')));
  socket.write(text);
  await eventually(() => Promise.resolve(answers().length >= count || socket.destroyed ? true : undefined), `${String(count)} answers`);
  socket.destroy();
  return answers();
}

describe.each(['plain', 'TLS'])('over %s', (transport) => {
  let wardline: TestWardline;
  let nurse: Session;

  beforeAll(async () => {
    wardline = await startTestWardline({ env: { REQUIRE_WSS: String(transport === 'TLS'), HTTP_RATE_LIMIT: '0' } });
    nurse = await signIn(wardline, 'icu-nurse-1');
  });
  afterAll(() => wardline.stop());

  it('a connection that pipelines is answered whole and in order', async () => {
    const traffic = wardline.app.get(HttpTraffic, { strict: false });
    const paths = Array.from({ length: 300 }, (_, n) => `/api/v1/departments/icu/snapshot?n=${String(n)}`);
    const text = paths.map((path, n) =>
      n % 3 === 0
        ? `POST /api/v1/nowhere/${String(n)} HTTP/1.1\r\n${HOST}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`
        : `GET ${path.replace('?n=', '-')} HTTP/1.1\r\n${HOST}\r\nCookie: ${nurse.cookie}\r\n\r\n`,
    );
    const answers = await pipelined(wardline, text.join(''), 300);
    expect(answers).toHaveLength(300);
    for (const answer of answers) expect(answer).toMatch(/^HTTP\/1\.1 404 /);
    expect(traffic.requestsInFlight).toBe(0);
  });

  it('large answers, which the client reads late, do not cut it', async () => {
    const one = `GET /api/v1/departments/icu/snapshot HTTP/1.1\r\n${HOST}\r\nCookie: ${nurse.cookie}\r\n\r\n`;
    const answers = await pipelined(wardline, one.repeat(400), 400);
    expect(answers.map((answer) => answer.slice(9, 12))).toEqual(Array<string>(400).fill('200'));
  });

  it('four requests of a connection are worked on at a time; whoever hangs up with requests waiting leaves nothing behind', async () => {
    const traffic = wardline.app.get(HttpTraffic, { strict: false });
    const { socket, ready } = dial(wardline);
    await ready;
    const head = (await nurse.get('/departments/icu/events?limit=1')).body.head as number;
    socket.write(
      `GET /api/v1/departments/icu/events?after=${String(head)}&wait=25 HTTP/1.1\r\n${HOST}\r\nCookie: ${nurse.cookie}\r\n\r\n`.repeat(40),
    );
    const waiter = wardline.app.get(EventWaiter, { strict: false });
    await eventually(() => Promise.resolve(waiter.size === 4 ? true : undefined), 'four polls to wait');
    expect(traffic.requestsInFlight).toBeGreaterThan(4);
    // Another connection is answered meanwhile, and the fifth poll has not begun.
    expect((await nurse.get('/departments')).status).toBe(200);
    expect(waiter.size).toBe(4);
    socket.destroy();
    await once(socket, 'close');
    await eventually(() => Promise.resolve(traffic.requestsInFlight === 0 ? true : undefined), 'nothing to be in flight');
  });

  it('an Upgrade other than a socket is ignored: a press that offers h2c counts', async () => {
    const station = wardline.firstRun.stations.find((one) => one.id === 'icu-101-bed');
    const body = '{"type":"service_request"}';
    const answer = await exchange(wardline, [
      `POST /api/v1/stations/self/calls HTTP/1.1\r\n${HOST}\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n` +
        `Authorization: Bearer ${station?.key ?? ''}\r\nContent-Type: application/json\r\nContent-Length: ${String(body.length)}\r\n\r\n${body}`,
    ]);
    expect(answer.status).toBe(201);
    const elsewhere = await exchange(wardline, [
      `GET /livez HTTP/1.1\r\n${HOST}\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n`,
    ]);
    expect(elsewhere.status).toBe(200);
  });

  it.each([
    ['more than a hundred header lines', 431, `GET /livez HTTP/1.1\r\n${HOST}\r\n${'X-A: b\r\n'.repeat(100)}\r\n`],
    ['two Host lines', 400, `GET /livez HTTP/1.1\r\n${HOST}\r\nHost: evil.example\r\n\r\n`],
    ['no Host line', 400, 'GET /livez HTTP/1.1\r\n\r\n'],
    [
      'two Host lines of an upgrade',
      400,
      `GET /ws HTTP/1.1\r\n${HOST}\r\nHost: evil.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    ],
  ])('%s: %i, and the connection ends', async (_name, status, text) => {
    const answer = await exchange(wardline, [text]);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toMatchObject({ error: { code: status === 431 ? 'PAYLOAD_TOO_LARGE' : 'VALIDATION_FAILED' } });
  });

  it('a hundred header lines are read', async () => {
    const lines = 'X-A: b\r\n'.repeat(98);
    expect((await exchange(wardline, [`GET /livez HTTP/1.1\r\n${HOST}\r\nConnection: close\r\n${lines}\r\n`])).status).toBe(200);
  });

  it("other applications' cookies sign nobody out", async () => {
    const others = `a=${'x'.repeat(6000)}; b=${'y'.repeat(6000)}`;
    const answer = await request(wardline, 'GET', '/api/v1/auth/session', { headers: { cookie: `${others}; ${nurse.cookie}` } });
    expect([answer.status, answer.body.user.id]).toEqual([200, nurse.user.id]);
  });

  it('a body that is not UTF-8 is refused, not stored otherwise than it was sent', async () => {
    const body = Buffer.concat([Buffer.from('{"type":"service_request","room_id":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
    const answer = await request(wardline, 'POST', '/api/v1/calls', {
      body,
      headers: { cookie: nurse.cookie, 'x-csrf-token': nurse.csrf, 'idempotency-key': randomUUID() },
    });
    expect([answer.status, answer.body.error.code]).toEqual([400, 'MALFORMED_JSON']);
  });

  it('the description of the API is made once, and there is none in YAML', async () => {
    const first = await request(wardline, 'GET', '/api/openapi.json');
    expect([first.status, first.body.openapi]).toEqual([200, '3.1.0']);
    const headers = { 'if-none-match': String(first.headers.etag) };
    const again = await request(wardline, 'GET', '/api/openapi.json', { headers });
    expect([again.status, again.body, again.headers.etag]).toEqual([304, '', first.headers.etag]);
    expect((await request(wardline, 'GET', '/api/docs-yaml')).status).toBe(404);
    expect((await request(wardline, 'GET', '/api/docs')).status).toBe(200);
  });

  it('a session waits in five long polls, the oldest gives way; a lamp has a place of its own', async () => {
    // A department where nothing happens by itself.
    const admin = await signIn(wardline, 'admin');
    const { seq } = (await admin.get('/departments/med/snapshot')).body as { seq: number };
    const poll = () => admin.get(`/departments/med/events?after=${String(seq)}&wait=25`);
    const lamp = asStation(wardline, 'med-201-bed')('GET', '/calls?wait=2');
    const traffic = wardline.app.get(HttpTraffic, { strict: false });
    const waiting = (count: number) =>
      eventually(() => Promise.resolve(traffic.requestsInFlight === count ? true : undefined), `${String(count)} to wait`);
    const polls = Array.from({ length: 5 }, poll);
    await waiting(6);
    polls.push(poll(), poll());
    const sizes: number[] = [];
    for (const one of polls) void one.then((answer) => sizes.push((answer.body.items as unknown[]).length));
    // Two of the five are answered, as if their time were over.
    await eventually(() => Promise.resolve(sizes.length === 2 ? true : undefined), 'two to give way');
    expect(sizes).toEqual([0, 0]);
    expect((await lamp).status).toBe(200);
    await asStation(wardline, 'med-202-bed')('POST', '/calls', { type: 'patient_normal' });
    await Promise.all(polls);
    expect(sizes.slice(2).every((size) => size > 0)).toBe(true);
  });
});

describe('requests of a client are limited', () => {
  let wardline: TestWardline;
  let nurse: Session;

  beforeAll(async () => {
    wardline = await startTestWardline({
      env: { REQUIRE_WSS: 'false', HTTP_RATE_LIMIT: '10/60', ALLOWED_HOSTS: 'ward.example.org,127.0.0.1', TRUSTED_PROXIES: '127.0.0.2' },
    });
    nurse = await signIn(wardline, 'icu-nurse-1');
  });
  afterAll(() => wardline.stop());

  it('by session; raising a call never is, its commands have a window of their own, probes have none', async () => {
    const answers = [];
    for (let n = 0; n < 12; n++) answers.push(await nurse.get('/departments/icu/staff'));
    expect(answers.map((answer) => answer.status)).toEqual([...Array<number>(10).fill(200), 429, 429]);
    expect(Number(answers.at(-1)?.headers['retry-after'])).toBeGreaterThan(0);
    for (let n = 0; n < 15; n++) {
      const raised = await nurse.post('/calls', { type: 'service_request', room_id: 'icu-103' });
      expect([200, 201]).toContain(raised.status);
      if (n > 0) continue;
      expect((await nurse.post(`/calls/${raised.body.id as string}/cancel`, {})).status).not.toBe(429);
    }
    for (let n = 0; n < 15; n++) expect((await request(wardline, 'GET', '/readyz')).status).toBe(200);
    const other = await signIn(wardline, 'icu-nurse-2');
    expect((await other.get('/departments/icu/staff')).status).toBe(200);
  });

  it('by address without a session, and wrong station keys; right ones and presses are served all the same', async () => {
    const from = '127.0.0.9';
    const statuses = [];
    for (let n = 0; n < 12; n++) statuses.push((await request(wardline, 'GET', '/api/v1/auth/session', { from })).status);
    expect(statuses).toEqual([...Array<number>(10).fill(401), 429, 429]);
    const station = wardline.firstRun.stations.find((one) => one.id === 'icu-104-bed');
    const own = { from, headers: { authorization: `Bearer ${station?.key ?? ''}` } };
    expect((await request(wardline, 'GET', '/api/v1/stations/self', own)).status).toBe(200);
    const wrong = [];
    for (let n = 0; n < 12; n++) {
      const headers = { authorization: `Bearer wsk_${String(n)}` };
      wrong.push((await request(wardline, 'GET', '/api/v1/stations/self', { from, headers })).status);
    }
    expect(wrong).toEqual([...Array<number>(10).fill(401), 429, 429]);
    expect((await request(wardline, 'GET', '/api/v1/stations/self', own)).status).toBe(200);
    const neverSeen = wardline.firstRun.stations.find((one) => one.id === 'icu-106-bed');
    const heartbeat = { from, headers: { authorization: `Bearer ${neverSeen?.key ?? ''}` } };
    expect((await request(wardline, 'POST', '/api/v1/stations/self/heartbeat', heartbeat)).status).toBe(200);
    const unseen = wardline.firstRun.stations.find((one) => one.id === 'icu-105-bed');
    const press = { from, headers: { authorization: `Bearer ${unseen?.key ?? ''}` }, body: { type: 'patient_normal' } };
    expect((await request(wardline, 'POST', '/api/v1/stations/self/calls', press)).status).toBe(201);
  });

  it('an administrator changes the rates', async () => {
    const admin = await signIn(wardline, 'admin');
    const limits = (await admin.get('/admin/limits')).body;
    expect(limits).toMatchObject({ http_rate_limit: '10/60', sign_in_rate_limit: '30/60' });
    expect((await admin.send('PATCH', '/admin/limits', { http_rate_limit: '1000/10', sign_in_rate_limit: '40/60' })).status).toBe(200);
    for (let n = 0; n < 15; n++) expect((await admin.get('/admin/limits')).status).toBe(200);
  });

  it('hosts that are not served are refused; behind a trusted proxy the last forwarded one counts; probes may ask by any', async () => {
    const ask = (path: string, headers: Record<string, string>, from?: string) =>
      request(wardline, 'GET', path, { headers, ...(from !== undefined && { from }) }).then((answer) => answer.status);
    expect(await ask('/api/openapi.json', { host: 'Ward.Example.org:8443' })).toBe(200);
    expect(await ask('/api/openapi.json', { host: 'evil.example' })).toBe(400);
    expect(await ask('/livez', { host: 'evil.example' })).toBe(200);
    const chain = (hosts: string) => ask('/api/openapi.json', { 'x-forwarded-host': hosts }, '127.0.0.2');
    expect(await chain('evil.example, ward.example.org')).toBe(200);
    expect(await chain('ward.example.org, evil.example')).toBe(400);
  });
});
