import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Feeds } from '../../../src/events/delivery/feed/feeds.js';
import { Drain } from '../../../src/operations/shutdown/drain.service.js';
import { Connections } from '../../../src/realtime/connection/connections.js';
import { type Answer, asStation, request, type Session, signIn, Socket } from '../../support/clients/client.js';
import { askForUpgrade } from '../../support/clients/upgrade.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';
import { eventually } from '../../support/eventually.js';

const NURSES = ['icu-nurse-1', 'icu-nurse-2', 'icu-nurse-3', 'icu-nurse-4', 'icu-nurse-5'];
const SOCKETS = 20;

async function openSockets(wardline: TestWardline): Promise<Socket[]> {
  const sessions = await Promise.all(NURSES.map((name) => signIn(wardline, name)));
  const sockets: Socket[] = [];
  for (let index = 0; index < SOCKETS; index++) sockets.push(await Socket.open(wardline, sessions[index % sessions.length]?.cookie));
  await Promise.all(sockets.map((socket) => socket.until((frame) => frame.type === 'hello')));
  return sockets;
}

function states(wardline: TestWardline): string[] {
  return wardline.log
    .map((line) => JSON.parse(line) as { event: string; state: string })
    .filter((line) => line.event === 'server.state')
    .map((line) => line.state);
}

describe('POST /api/v1/admin/drain', () => {
  let wardline: TestWardline;
  let admin: Session;
  let nurse: Session;
  let sockets: Socket[];
  let answer: Answer;
  let longPoll: Promise<Answer>;
  let lamp: Promise<Answer>;
  let stream: Promise<Answer>;
  /** `performance.now()` when each socket's close came. */
  const closedAt: number[] = [];

  beforeAll(async () => {
    wardline = await startTestWardline({ env: { SHUTDOWN_DRAIN_SEC: '8', SHUTDOWN_RECONNECT_SEC: '3' } });
    [admin, nurse] = await Promise.all([signIn(wardline, 'admin'), signIn(wardline, 'icu-nurse-1')]);
    sockets = await openSockets(wardline);
    for (const { ws } of sockets) ws.on('close', () => closedAt.push(performance.now()));
    await asStation(wardline, 'icu-101-bed')('POST', '/calls', { type: 'patient_normal' });
    const { head } = (await nurse.get('/departments/icu/events')).body;
    const kept = { cookie: nurse.cookie, connection: 'keep-alive' };
    longPoll = request(wardline, 'GET', `/api/v1/departments/icu/events?after=${String(head)}&wait=25`, { headers: kept });
    stream = nurse.get('/departments/icu/events/stream');
    lamp = asStation(wardline, 'icu-101-bed')('GET', '/calls?wait=25', undefined, { connection: 'keep-alive' });
    await eventually(() => ((wardline.app.get(Feeds).get('icu')?.size ?? 0) >= 3 ? true : undefined), 'three requests that wait');
  });
  afterAll(() => wardline.stop());

  it('is for administrators', async () => {
    expect((await nurse.post('/admin/drain')).status).toBe(403);
    expect((await request(wardline, 'GET', '/readyz')).status).toBe(200);
    expect(states(wardline)).toEqual(['running']);
  });

  it('answers 202 at once and is audited', async () => {
    answer = await admin.post('/admin/drain');
    expect(answer).toMatchObject({ status: 202, body: { state: 'draining' } });
    const [entry] = await wardline.database.query('SELECT action, target, actor, result FROM audit ORDER BY id DESC LIMIT 1');
    expect(entry).toEqual({
      action: 'server.drain',
      target: `server:${answer.body.server_id as string}`,
      actor: `staff:${admin.user.id}`,
      result: 'ok',
    });
  });

  it('answers long polls that wait, and their connections end with the answer', async () => {
    for (const { headers } of await Promise.all([longPoll, lamp])) expect(headers.connection).toBe('close');
    expect(await longPoll).toMatchObject({ status: 200, body: { items: [] } });
    expect((await lamp).status).toBe(200);
    expect((await lamp).body.items).toHaveLength(1);
  });

  it('tells every client its own time to come back, then closes 1001, one after another', async () => {
    const codes = await Promise.all(sockets.map(async (socket) => (await socket.untilClosed()).code));
    expect(new Set(codes)).toEqual(new Set([1001]));
    const told = sockets.map((socket) => socket.frames.filter((frame) => frame.type === 'server_shutdown'));
    expect(told.map((frames) => frames.length)).toEqual(sockets.map(() => 1));
    const waits = told.map(([frame]) => frame.reconnect_in as number);
    for (const wait of waits) expect(wait).toBeGreaterThan(0.5);
    for (const wait of waits) expect(wait).toBeLessThanOrEqual(3);
    expect(new Set(waits).size).toBeGreaterThan(SOCKETS / 2);
    expect(new Set(closedAt.map(Math.round)).size).toBeGreaterThan(SOCKETS / 4);
  });

  it('ends event streams in the same way', async () => {
    const { status, body } = await stream;
    expect(status).toBe(200);
    expect(body).toMatch(/event: server_shutdown\ndata: {"type":"server_shutdown","reconnect_in":[\d.]+}/);
    expect(body).toMatch(/event: close\ndata: {"type":"close","code":1001/);
  });

  it('says so in the log', () => {
    expect(states(wardline)).toEqual(['running', 'draining']);
  });
});

describe('a node that drains', () => {
  let wardline: TestWardline;
  let nurse: Session;
  let stalled: Socket;
  let draining: Promise<void>;
  let busy: Socket;
  let other: Socket;
  let command: Promise<unknown>;
  let accept: Promise<Answer>;
  let release: () => Promise<void>;

  beforeAll(async () => {
    wardline = await startTestWardline({ env: { SHUTDOWN_DRAIN_SEC: '10', SLOW_CONSUMER_BYTES: '200000000' } });
    nurse = await signIn(wardline, 'icu-nurse-1');
    [stalled, busy, other] = (await Promise.all([1, 2, 3].map(() => Socket.open(wardline, nurse.cookie)))) as [Socket, Socket, Socket];
    for (const socket of [stalled, busy, other]) await socket.until((frame) => frame.type === 'hello');
    await stallOneOf(wardline, stalled);
    // A command over each transport that waits for a row which the test holds.
    const calls = await Promise.all(
      ['icu-101-bed', 'icu-102-bed'].map((station) => asStation(wardline, station)('POST', '/calls', { type: 'patient_normal' })),
    );
    release = await holdCalls(wardline);
    command = busy.ask({ type: 'call.accept', data: { call_id: calls[0]?.body.id } });
    accept = nurse.post(`/calls/${calls[1]?.body.id as string}/accept`, {});
    await eventually(async () => ((await waitingForLocks(wardline)) >= 2 ? true : undefined), 'two commands that wait');
    draining = wardline.app.get(Drain).run('shutdown');
  });
  afterAll(() => wardline.stop());

  it('shows its state as a metric', async () => {
    const { body } = await request(wardline, 'GET', '/metrics');
    expect(body).toMatch(/^wardline_server_state\{state="draining"\} 1$/m);
    expect(body).toMatch(/^wardline_server_state\{state="running"\} 0$/m);
  });

  it('is not ready, alive, and turns away upgrades and long requests with Retry-After', async () => {
    expect(await request(wardline, 'GET', '/readyz')).toMatchObject({
      status: 503,
      body: { error: { server: { status: 'down', state: 'draining' } } },
    });
    expect((await request(wardline, 'GET', '/livez')).status).toBe(200);
    const upgrade = await askForUpgrade(wardline, '/ws', { cookie: nurse.cookie });
    expect(upgrade.status).toBe(503);
    expect(JSON.parse(upgrade.body)).toMatchObject({ error: { code: 'UNAVAILABLE', retryable: true } });
    expect(Number(upgrade.headers['retry-after'])).toBeGreaterThan(0);
    const { head } = (await nurse.get('/departments/icu/events')).body;
    for (const path of [`/departments/icu/events?after=${String(head)}&wait=25`, '/departments/icu/events/stream']) {
      const long = await nurse.get(path);
      expect(long).toMatchObject({ status: 503, body: { error: { code: 'UNAVAILABLE' } } });
      expect(Number(long.headers['retry-after'])).toBeGreaterThan(0);
    }
  });

  it('still answers short requests, and closes the connections they came on', async () => {
    const answer = await request(wardline, 'GET', '/api/v1/departments', { headers: { cookie: nurse.cookie, connection: 'keep-alive' } });
    expect(answer).toMatchObject({ status: 200, headers: { connection: 'close' } });
  });

  it('closes who is ready, and does not wait for who is not', async () => {
    expect((await other.untilClosed()).code).toBe(1001);
    expect(busy.closed).toBeUndefined();
  });

  it('finishes and answers commands in flight, and closes then', async () => {
    await release();
    expect(await command).toMatchObject({ type: 'ok', data: { state: 'accepted' } });
    expect(await accept).toMatchObject({ status: 200, body: { state: 'accepted' } });
    expect((await busy.untilClosed()).code).toBe(1001);
  });

  it('cuts who does not read at the end of the window, and names it in the log', async () => {
    await draining;
    stalled.ws.resume();
    expect(wardline.app.get(Connections).size).toBe(0);
    expect(wardline.log.filter((line) => line.includes('"lifecycle.step_cut"') && line.includes('"step":"outboxes"'))).toHaveLength(1);
    expect(wardline.log.some((line) => line.includes('"drain.done"') && line.includes('"requests_left":0'))).toBe(true);
  });
});

/** The client reads no more, and more is written to it than the kernel takes. */
async function stallOneOf(wardline: TestWardline, socket: Socket): Promise<void> {
  const hello = socket.frames.find((frame) => frame.type === 'hello');
  socket.ws.pause();
  const connection = [...wardline.app.get(Connections).all()].find(({ id }) => id === hello.connection_id);
  const filler = { type: 'filler', text: 'x'.repeat(1_000_000) };
  await eventually(() => {
    if (connection && connection.pendingBytes < 5_000_000) connection.send(filler);
    return connection && connection.pendingBytes >= 5_000_000 ? true : undefined;
  }, 'a socket that is stalled');
}

async function holdCalls(wardline: TestWardline): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: wardline.database.url });
  await client.connect();
  await client.query('BEGIN');
  await client.query('SELECT FROM calls FOR UPDATE');
  return async () => {
    await client.query('ROLLBACK');
    await client.end();
  };
}

async function waitingForLocks(wardline: TestWardline): Promise<number> {
  const [row] = await wardline.database.query<{ waiting: number }>(
    `SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return row?.waiting ?? 0;
}
