import { randomUUID } from 'node:crypto';
import https from 'node:https';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Socket, request, signIn, type Answer, type AnyFrame, type Session } from '../../support/clients/client.js';
import { readLog } from '../../support/clients/person.js';
import { TestCluster } from '../../support/servers/cluster.js';
import { describeWithRedis } from '../../support/servers/redis.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';
import { askForUpgrade } from '../../support/clients/upgrade.js';
import { HeldTransaction } from '../../support/held-transaction.js';
import { Ward } from '../../support/ward.js';
import { eventually } from '../../support/eventually.js';

let ward: Ward;
let wardline: TestWardline;
let admin: Session;

beforeAll(async () => {
  ward = await Ward.open({ SESSION_CHECK_INTERVAL_SEC: '1' });
  ({ wardline, admin } = ward);
});
afterAll(() => wardline.stop());

interface Board {
  id: string;
  cookie: string;
  setCookie: string;
  get(path: string, node?: TestWardline): Promise<Answer>;
  socket(node?: TestWardline): Promise<Socket>;
}

async function makeBoard(departments = ['icu'], by = admin): Promise<AnyFrame> {
  const answer = await by.post('/admin/boards', { name: 'Corridor', departments });
  expect(answer.status).toBe(201);
  return answer.body;
}

function exchange(code: unknown, headers: Record<string, string> = {}, node = wardline): Promise<Answer> {
  return request(node, 'POST', '/api/v1/boards/exchange', { body: { code }, headers });
}

async function openBoard(departments = ['icu'], node = wardline, by = admin): Promise<Board> {
  const { code } = await makeBoard(departments, by);
  const answer = await exchange(code, {}, node);
  expect(answer.status).toBe(200);
  const setCookie = answer.headers['set-cookie']?.[0] ?? '';
  const cookie = setCookie.split(';', 1)[0] ?? '';
  return {
    id: answer.body.id as string,
    cookie,
    setCookie,
    get: (path, at = node) => request(at, 'GET', `/api/v1${path}${path.includes('?') ? '&' : '?'}as=board`, { headers: { cookie } }),
    socket: (at = node) => Socket.open(at, cookie, {}, '?as=board'),
  };
}

/** The first message of an event stream; then the client goes. */
function firstMessage(path: string, cookie: string): Promise<string> {
  const { hostname, port } = new URL(wardline.url);
  return new Promise((resolve, reject) => {
    const message = https.get(
      { hostname, port, path: `/api/v1${path}`, ca: wardline.ca, agent: false, headers: { cookie } },
      (response) => {
        response.once('data', (chunk: Buffer) => {
          message.destroy();
          resolve(chunk.toString('utf8'));
        });
      },
    );
    message.on('error', reject);
  });
}

describe('the code of a wall board', () => {
  it('is exchanged once for a cookie of its own, by people who type as they like', async () => {
    const made = await makeBoard(['icu', 'med', 'icu']);
    expect(made).toMatchObject({ name: 'Corridor', departments: ['icu', 'med'], exchanged_at: null, last_seen_at: null });
    expect(made.code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$/);
    const typed = (made.code as string).toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l');
    const answer = await exchange(typed);
    expect(answer).toMatchObject({ status: 200, body: { id: made.id, name: 'Corridor', departments: ['icu', 'med'] } });
    const [cookie, ...others] = answer.headers['set-cookie'] ?? [];
    expect(others).toEqual([]);
    expect(cookie).toMatch(/^__Host-wardline-board=[\w-]+\.[\w-]+; Max-Age=34560000; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
    expect(await exchange(made.code)).toMatchObject({ status: 401, body: { error: { code: 'INVALID_CREDENTIALS' } } });
  });

  it('is for departments that are there, and from administrators', async () => {
    expect((await admin.post('/admin/boards', { name: 'x', departments: ['nowhere'] })).status).toBe(404);
    expect((await admin.post('/admin/boards', { name: 'x', departments: [] })).status).toBe(400);
    const { session } = await ward.member('icu-manager');
    expect((await session.post('/admin/boards', { name: 'x', departments: ['icu'] })).status).toBe(403);
  });

  it('cannot be guessed: wrong ones count for the network, and are in the audit', async () => {
    const node = await startTestWardline({ env: { SIGN_IN_RATE_LIMIT: '3/60' } });
    const inCharge = await signIn(node, 'admin');
    for (let n = 0; n < 3; n++) expect((await exchange('AAAA-BBBB-CCCC', {}, node)).status).toBe(401);
    expect(await exchange('AAAA-BBBB-CCCC', {}, node)).toMatchObject({ status: 429, body: { error: { code: 'RATE_LIMITED' } } });
    const { body } = await inCharge.get('/admin/audit?action=board.exchange');
    expect(body.items[0]).toMatchObject({ actor: 'anonymous', result: 'refused' });
    await node.stop();
  });

  it('opens one board, of two that send it at once', async () => {
    const { code, id } = await makeBoard();
    const held = await HeldTransaction.begin(wardline);
    await held.query('SELECT FROM boards WHERE id = $1 FOR UPDATE', [id]);
    const both = [exchange(code), exchange(code)];
    await held.untilWaiting('UPDATE boards%', 2);
    await held.commit();
    expect((await Promise.all(both)).map(({ status }) => status).sort()).toEqual([200, 401]);
  });

  it('is not guessed any oftener by many at once', async () => {
    const node = await startTestWardline({ env: { SIGN_IN_RATE_LIMIT: '3/60' } });
    const held = await HeldTransaction.begin(node);
    try {
      await held.query('LOCK TABLE boards IN SHARE MODE');
      const guesses = Array.from({ length: 3 }, () => exchange('AAAA-BBBB-CCCC', {}, node));
      await held.untilWaiting('UPDATE boards%', 3);
      expect((await exchange('AAAA-BBBB-CCCC', {}, node)).status).toBe(429);
      await held.commit();
      expect((await Promise.all(guesses)).map(({ status }) => status)).toEqual([401, 401, 401]);
    } finally {
      await held.commit();
      await node.stop();
    }
  });

  it('is refused to pages of other origins', async () => {
    const { code } = await makeBoard();
    expect((await exchange(code, { origin: 'https://elsewhere.example' })).status).toBe(403);
    expect((await exchange(code)).status).toBe(200);
  });
});

describe('a wall board', () => {
  afterEach(() => ward.empty());

  it('reads what it shows, of its departments alone', async () => {
    const board = await openBoard(['icu']);
    expect((await board.get('/boards/self')).body).toEqual({ id: board.id, name: 'Corridor', departments: ['icu'] });
    expect((await board.get('/departments')).body.items).toEqual([{ id: 'icu', name: expect.any(String) }]);
    expect((await board.get('/departments/icu')).body.rooms.length).toBeGreaterThan(0);
    expect((await board.get('/facility')).body.name).toEqual(expect.any(String));
    expect((await board.get('/departments/icu/snapshot')).body).toMatchObject({ dept: 'icu', seq: expect.any(Number) });
    expect((await board.get('/departments/icu/events?after=0')).status).toBe(200);
    expect((await board.get('/events?dept=icu')).status).toBe(200);
    for (const path of ['/departments/med', '/departments/med/snapshot', '/departments/med/events?after=0', '/events?dept=med'])
      expect((await board.get(path)).status, path).toBe(404);
  });

  it('reads nothing else, and changes nothing', async () => {
    const board = await openBoard();
    for (const path of ['/calls', '/departments/icu/staff', '/departments/icu/report', '/auth/session', '/admin/boards'])
      expect((await board.get(path)).status, path).toBe(403);
    const headers = { cookie: board.cookie, 'idempotency-key': randomUUID() };
    const raise = await request(wardline, 'POST', '/api/v1/calls?as=board', {
      body: { type: 'patient_normal', room_id: 'icu-101' },
      headers,
    });
    expect(raise.status).toBe(403);
    // Its cookie is not a person's.
    expect((await request(wardline, 'GET', '/api/v1/departments', { headers: { cookie: board.cookie } })).status).toBe(401);
  });

  it('follows its departments over a socket, with the picture, the events and the summary', async () => {
    const board = await openBoard(['icu']);
    const socket = await board.socket();
    const hello = await socket.until((frame) => frame.type === 'hello');
    expect(hello.user).toEqual({ id: board.id, username: `board:${board.id}`, name: 'Corridor', role: 'board', departments: ['icu'] });
    expect(await socket.ask({ type: 'subscribe', dept: 'icu' })).toMatchObject({ type: 'ok', data: { recovered: false } });
    await socket.until((frame) => frame.type === 'snapshot');
    await ward.onDuty('icu', 'icu-nurse-1');
    const call = await ward.press();
    await socket.until((frame) => frame.type === 'call.pending' && frame.data.call_id === call.id);
    await socket.until((frame) => frame.type === 'department.summary' && frame.data.calls.open === 1);
    expect(await socket.ask({ type: 'subscribe', dept: 'med' })).toMatchObject({ type: 'error', code: 'NOT_FOUND' });
    socket.close();
  });

  it('is refused every command over a socket', async () => {
    const socket = await (await openBoard()).socket();
    const call = await ward.press();
    for (const frame of [
      { type: 'call.accept', data: { call_id: call.id } },
      { type: 'call.raise', data: { type: 'patient_normal', room_id: 'icu-101' } },
      { type: 'shift.start', data: { dept: 'icu' } },
      { type: 'room.join', room: 'lobby' },
      { type: 'room.push', room: 'lobby', data: {} },
    ])
      expect(await socket.ask(frame), frame.type).toMatchObject({ type: 'error', code: 'FORBIDDEN' });
    socket.close();
  });

  it('is never asked, never reachable, and does not make a department attended', async () => {
    const board = await openBoard();
    const socket = await board.socket();
    await socket.ask({ type: 'subscribe', dept: 'icu' });
    const waiting = board.get('/departments/icu/events?after=999999&wait=1');
    const call = await ward.press();
    await eventually(async () => {
      const types = (await readLog(admin, 'icu')).map((event) => event.type);
      return types.includes('department.unattended') ? true : undefined;
    }, 'department.unattended');
    expect((await admin.get(`/calls/${call.id as string}`)).body.recipients).not.toContainEqual(
      expect.objectContaining({ staff_id: board.id }),
    );
    await waiting;
    // Its acknowledgement is nobody's receipt.
    socket.send({ type: 'ack', dept: 'icu', seq: 1 });
    await socket.ask({ type: 'unsubscribe', dept: 'icu' });
    expect(await wardline.database.query('SELECT 1 FROM staff_connections WHERE staff_id = $1', [board.id])).toEqual([]);
    socket.close();
  });

  it('stays in the same browser as a person, and neither replaces the other', async () => {
    const board = await openBoard();
    const { session } = await ward.member('icu-nurse-1');
    const cookie = `${session.cookie}; ${board.cookie}`;
    const asked = async (path: string) => (await request(wardline, 'GET', `/api/v1${path}`, { headers: { cookie } })).body;
    expect((await asked('/auth/session')).user.id).toBe(session.user.id);
    expect((await asked('/boards/self?as=board')).id).toBe(board.id);
    const person = await Socket.open(wardline, cookie);
    const device = await Socket.open(wardline, cookie, {}, '?as=board');
    expect((await person.until((frame) => frame.type === 'hello')).user.id).toBe(session.user.id);
    expect((await device.until((frame) => frame.type === 'hello')).user.id).toBe(board.id);
    person.close();
    device.close();
  });

  it('gets one of the places that are kept for nurses on duty', async () => {
    const full = await ward.node({ WARN_THRESHOLD: '1', MAX_CONNECTIONS: '2' });
    const board = await openBoard();
    const { session } = await ward.member('icu-nurse-1');
    await Socket.open(full, session.cookie);
    const other = (await ward.member('icu-nurse-2')).session;
    expect((await askForUpgrade(full, '/ws', { cookie: other.cookie })).status).toBe(503);
    const socket = await board.socket(full);
    await socket.until((frame) => frame.type === 'hello');
    await full.stop();
  });

  it('has an event stream and a long poll as well', async () => {
    const board = await openBoard();
    const seq = (await board.get('/departments/icu/snapshot')).body.seq as number;
    const poll = board.get(`/departments/icu/events?after=${String(seq)}&wait=20`);
    const call = await ward.press();
    expect((await poll).body.items[0]).toMatchObject({ seq: seq + 1, data: { call_id: call.id } });
    for (const path of ['/departments/icu/events/stream?as=board', '/events/stream?dept=icu&as=board']) {
      expect(await firstMessage(path, board.cookie), path).toContain('event: hello');
    }
  });
});

describe('an administrator', () => {
  it('sees boards with when they were last seen, and their connections', async () => {
    const board = await openBoard();
    const socket = await board.socket();
    await socket.until((frame) => frame.type === 'hello');
    const listed = (await admin.get('/admin/boards?limit=200')).body.items.find((one: AnyFrame) => one.id === board.id);
    expect(listed).toMatchObject({ exchanged_at: expect.any(String), last_seen_at: expect.any(String), code_expires_at: null });
    expect(listed.address).toBe('127.0.0.1');
    const { body } = await admin.get(`/admin/connections?user=${board.id}`);
    expect(body.items).toEqual([expect.objectContaining({ user: board.id, role: 'board', session: board.id })]);
    socket.close();
  });

  it('revokes one: its sockets close at once, and its cookie opens nothing', async () => {
    const board = await openBoard();
    const socket = await board.socket();
    await socket.until((frame) => frame.type === 'hello');
    expect((await admin.send('DELETE', `/admin/boards/${board.id}`)).status).toBe(204);
    expect(await socket.untilClosed()).toMatchObject({ code: 4401 });
    expect(socket.frames.at(-1)).toEqual({ type: 'session_revoked' });
    expect((await board.get('/boards/self')).status).toBe(401);
    const again = await board.socket();
    expect(await again.untilClosed()).toMatchObject({ code: 4002 });
    expect((await admin.send('DELETE', `/admin/boards/${board.id}`)).status).toBe(404);
    const { body } = await admin.get(`/admin/audit?target=board:${board.id}`);
    expect(body.items.map((one: AnyFrame) => one.action)).toEqual(['board.revoke', 'board.exchange', 'board.create']);
  });

  it('revokes one whose code waits: the code opens nothing', async () => {
    const made = await makeBoard();
    expect((await admin.send('DELETE', `/admin/boards/${made.id as string}`)).status).toBe(204);
    expect((await exchange(made.code)).status).toBe(401);
  });

  it('retires a department: the board loses it, and keeps the others', async () => {
    await admin.post('/admin/departments', { id: 'closing', name: 'Closing' });
    const board = await openBoard(['icu', 'closing']);
    const socket = await board.socket();
    await socket.ask({ type: 'subscribe', dept: 'closing' });
    expect((await admin.send('DELETE', '/admin/departments/closing')).status).toBe(204);
    expect(await socket.until((frame) => frame.type === 'unsubscribed')).toMatchObject({ dept: 'closing', reason: 'membership_ended' });
    expect((await board.get('/departments/closing')).status).toBe(404);
    expect(socket.closed).toBeUndefined();
    socket.close();
  });
});

describe('after a long time', () => {
  let later: TestWardline;
  let inCharge: Session;
  beforeAll(async () => {
    later = await startTestWardline();
    inCharge = await signIn(later, 'admin');
  });
  afterAll(() => later.stop());

  it('a board has no limit of idleness or age; its cookie is renewed weekly, by a request or a socket', async () => {
    const board = await openBoard(['icu'], later, inCharge);
    const { code } = await makeBoard(['icu'], inCharge);
    await later.database.moveClock(200 * 86_400);
    const first = await board.get('/boards/self');
    expect(first.status).toBe(200);
    expect(first.headers['set-cookie']).toEqual([board.setCookie]);
    expect((await board.get('/boards/self')).headers['set-cookie']).toBeUndefined();
    await later.database.moveClock(8 * 86_400);
    const upgrade = await askForUpgrade(later, '/ws?as=board', { cookie: board.cookie });
    expect(upgrade).toMatchObject({ status: 101, headers: { 'set-cookie': [board.setCookie] } });
    // A board that stays connected was seen a moment ago, as its socket's check writes down.
    await later.database.moveClock(8 * 86_400);
    await later.database.query('UPDATE boards SET last_seen_at = app_now() WHERE exchanged_at IS NOT NULL');
    expect((await board.get('/boards/self')).headers['set-cookie']).toEqual([board.setCookie]);
    expect((await board.get('/boards/self')).headers['set-cookie']).toBeUndefined();
    // A code is good for a day.
    expect((await exchange(code, {}, later)).status).toBe(401);
  });
});

describe('without TLS', () => {
  it('the cookie has no prefix and is not Secure', async () => {
    const plain = await ward.node({ REQUIRE_WSS: 'false' });
    const board = await openBoard(['icu'], plain);
    expect(board.setCookie).toMatch(/^wardline-board=/);
    expect(board.setCookie).not.toContain('Secure');
    const socket = await board.socket(plain);
    await socket.until((frame) => frame.type === 'hello');
    socket.close();
    await plain.stop();
  });
});

describeWithRedis('a board of several nodes', () => {
  it('comes by one node, is known to all, and loses its sockets on each when another one revokes it', async () => {
    const cluster = await TestCluster.open(2, { SESSION_CHECK_INTERVAL_SEC: '3600' });
    const { code, id } = await makeBoard(['icu'], cluster.admin);
    const answer = await exchange(code, {}, cluster.node(1));
    const cookie = answer.headers['set-cookie']?.[0]?.split(';', 1)[0];
    const sockets = [
      await Socket.open(cluster.node(0), cookie, {}, '?as=board'),
      await Socket.open(cluster.node(1), cookie, {}, '?as=board'),
    ];
    for (const socket of sockets) await socket.until((frame) => frame.type === 'hello');
    expect((await cluster.admin.send('DELETE', `/admin/boards/${id as string}`)).status).toBe(204);
    for (const socket of sockets) expect(await socket.untilClosed()).toMatchObject({ code: 4401 });
    await cluster.stop();
  });
});
