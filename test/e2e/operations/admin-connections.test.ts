import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { request, signIn, Socket, type AnyFrame, type Session } from '../../support/clients/client.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';
import { eventually } from '../../support/eventually.js';

let wardline: TestWardline;
let admin: Session;
const sockets: Socket[] = [];

beforeAll(async () => {
  wardline = await startTestWardline({
    env: { SESSION_CHECK_INTERVAL_SEC: '3600', HEARTBEAT_CHECK_INTERVAL_SEC: '1', CONNECT_RATE_LIMIT: '0' },
  });
  admin = await signIn(wardline, 'admin');
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.ws.terminate();
  await eventually(async () => ((await admin.get('/admin/connections')).body.items.length === 0 ? true : undefined), 'no connection');
});
afterAll(() => wardline.stop());

/** A socket, and the id that the server gave it. */
async function connect(session: Session): Promise<{ socket: Socket; id: string }> {
  const socket = await Socket.open(wardline, session.cookie);
  sockets.push(socket);
  const hello = await socket.until((frame: AnyFrame) => frame.type === 'hello', 'hello');
  return { socket, id: hello.connection_id as string };
}

async function audited(action: string): Promise<AnyFrame[]> {
  const { body } = await admin.get(`/admin/audit?action=${action}`);
  return body.items as AnyFrame[];
}

describe('GET /admin/connections', () => {
  it('tells of each connection whose it is, where, since when, what waits, its bytes and its round trip', async () => {
    const nurse = await signIn(wardline, 'icu-nurse-1');
    const { socket, id } = await connect(nurse);
    const before = Date.now();
    await socket.ask({ type: 'subscribe', dept: 'icu' });
    const measured = await eventually(async () => {
      const { status, body } = await admin.get(`/admin/connections/${id}`);
      expect(status).toBe(200);
      return body.rtt === null ? undefined : body;
    }, 'a round trip');
    const hello = socket.frames[0];
    expect(measured).toMatchObject({
      id,
      user: nurse.user.id,
      username: 'icu-nurse-1',
      role: 'nurse',
      server: hello.server_id,
      pending: 0,
      pending_bytes: 0,
      departments: ['icu'],
    });
    expect(Math.abs(Date.parse(measured.since) - before)).toBeLessThan(60_000);
    expect(measured.rtt).toBeGreaterThanOrEqual(0);
    expect(measured.bytes_in).toBeGreaterThan(50);
    expect(measured.bytes_out).toBeGreaterThan(300);
    const { items } = (await admin.get('/admin/connections')).body;
    expect(items.map((one: AnyFrame) => Object.keys(one))).toEqual([Object.keys(measured)]);
    expect(JSON.stringify(items)).not.toContain(nurse.cookie.split('=')[1]);
  });

  it('is paged, and no connection is told twice or left out while others come and go', async () => {
    const nurses = await Promise.all([1, 2, 3, 4, 5, 6].map((n) => signIn(wardline, `icu-nurse-${String(n)}`)));
    const opened = [];
    for (const nurse of [...nurses, ...nurses]) opened.push(await connect(nurse));
    const seen: string[] = [];
    let cursor: string | null = '';
    for (let page = 0; cursor !== null; page++) {
      const answer: AnyFrame = await admin.get(`/admin/connections?limit=5${cursor === '' ? '' : `&cursor=${cursor}`}`);
      expect(answer.status).toBe(200);
      expect(answer.body.items.length).toBeLessThanOrEqual(5);
      seen.push(...answer.body.items.map((one: AnyFrame) => one.id as string));
      cursor = answer.body.next_cursor as string | null;
      // One of the listed connections goes, and a new one comes.
      if (page === 0) {
        opened[0]?.socket.ws.terminate();
        opened.push(await connect(await signIn(wardline, 'med-nurse-1')));
      }
    }
    expect(seen).toEqual(opened.map(({ id }) => id));
  });

  it('can be asked for one person, and for one server', async () => {
    const [one, two] = [await signIn(wardline, 'icu-nurse-1'), await signIn(wardline, 'icu-nurse-2')];
    const mine = [(await connect(one)).id, (await connect(one)).id];
    const { id, socket } = await connect(two);
    const ids = async (query: string) =>
      (await admin.get(`/admin/connections?${query}`)).body.items.map((row: AnyFrame) => row.id as string);
    expect(await ids(`user=${one.user.id}`)).toEqual(mine);
    expect(await ids(`user=${randomUUID()}`)).toEqual([]);
    expect(await ids(`server=${encodeURIComponent(socket.frames[0].server_id as string)}`)).toEqual([...mine, id]);
    expect(await ids('server=elsewhere')).toEqual([]);
  });

  it.each(['limit=0', 'limit=201', 'limit=x', 'cursor=x', 'user=x', 'server=', 'state=open'])('refuses ?%s with 400', async (query) => {
    expect((await admin.get(`/admin/connections?${query}`)).status).toBe(400);
  });
});

describe('DELETE /admin/connections/:id', () => {
  it('closes it with 1013, which tells its client to come back; the session stays; it is audited', async () => {
    const nurse = await signIn(wardline, 'icu-nurse-1');
    const { socket, id } = await connect(nurse);
    const other = await connect(nurse);
    expect((await admin.send('DELETE', `/admin/connections/${id}`)).status).toBe(204);
    expect((await socket.untilClosed()).code).toBe(1013);
    expect(other.socket.closed).toBeUndefined();
    expect((await nurse.get('/auth/session')).status).toBe(200);
    await connect(nurse);
    expect((await audited('connection.close'))[0]).toMatchObject({
      actor: `staff:${admin.user.id}`,
      target: `connection:${id}`,
      result: 'ok',
      detail: { staff_id: nurse.user.id },
    });
    expect((await admin.send('DELETE', `/admin/connections/${id}`)).status).toBe(404);
    expect((await admin.get(`/admin/connections/${id}`)).status).toBe(404);
  });

  it('of what is no connection is 404, of what is no id 400', async () => {
    expect((await admin.send('DELETE', `/admin/connections/${randomUUID()}`)).status).toBe(404);
    expect((await admin.send('DELETE', '/admin/connections/x')).status).toBe(400);
  });
});

describe('sessions', () => {
  it('GET /admin/sessions?user= lists the live ones of a person; no token, no hash of one', async () => {
    const [first, second] = [await signIn(wardline, 'surg-nurse-1'), await signIn(wardline, 'surg-nurse-1')];
    const ended = await signIn(wardline, 'surg-nurse-1');
    await ended.post('/auth/logout');
    const { status, body } = await admin.get(`/admin/sessions?user=${first.user.id}`);
    expect(status).toBe(200);
    expect(body.next_cursor).toBeNull();
    expect(body.items).toHaveLength(2);
    for (const one of body.items) {
      expect(one).toEqual({
        id: expect.stringMatching(/^[\da-f-]{36}$/),
        user: first.user.id,
        username: 'surg-nurse-1',
        created_at: expect.stringMatching(/Z$/),
        last_used_at: expect.stringMatching(/Z$/),
        expires_at: expect.stringMatching(/Z$/),
        address: '127.0.0.1',
      });
    }
    for (const { cookie } of [first, second]) {
      const token = cookie.split('=')[1]?.split('.')[0] ?? '';
      expect(JSON.stringify(body)).not.toContain(token);
    }
    const all = await admin.get('/admin/sessions?limit=1');
    expect(all.body.items).toHaveLength(1);
    expect((await admin.get(`/admin/sessions?limit=200&cursor=${String(all.body.next_cursor)}`)).body.items.length).toBeGreaterThanOrEqual(
      2,
    );
  });

  it('DELETE /admin/sessions/:id ends it at once, sockets with 4401; the other session of the person stays; audited', async () => {
    const [leaving, staying] = [await signIn(wardline, 'icu-nurse-4'), await signIn(wardline, 'icu-nurse-4')];
    const [gone, kept] = [await connect(leaving), await connect(staying)];
    const sessionId = (await admin.get(`/admin/connections/${gone.id}`)).body.session as string;
    expect((await admin.send('DELETE', `/admin/sessions/${sessionId}`)).status).toBe(204);
    expect((await gone.socket.untilClosed()).code).toBe(4401);
    expect(gone.socket.frames.at(-1)).toEqual({ type: 'session_revoked' });
    expect((await leaving.get('/auth/session')).status).toBe(401);
    expect(kept.socket.closed).toBeUndefined();
    expect((await staying.get('/auth/session')).status).toBe(200);
    expect((await audited('session.end'))[0]).toMatchObject({ actor: `staff:${admin.user.id}`, target: `session:${sessionId}` });
    expect((await admin.send('DELETE', `/admin/sessions/${sessionId}`)).status).toBe(404);
  });

  it('DELETE /admin/staff/:id/sessions ends all of a person, and nobody else’s; audited', async () => {
    const mine = [await signIn(wardline, 'icu-nurse-5'), await signIn(wardline, 'icu-nurse-5')];
    const other = await signIn(wardline, 'icu-nurse-6');
    const opened = await Promise.all([...mine, other].map(connect));
    const path = `/admin/staff/${mine[0]?.user.id ?? ''}/sessions`;
    expect((await admin.send('DELETE', path)).status).toBe(204);
    for (const { socket } of opened.slice(0, 2)) expect((await socket.untilClosed()).code).toBe(4401);
    expect(opened[2]?.socket.closed).toBeUndefined();
    expect((await admin.get(`/admin/sessions?user=${mine[0]?.user.id ?? ''}`)).body.items).toEqual([]);
    expect((await audited('staff.end_sessions'))[0]).toMatchObject({ target: `staff:${mine[0]?.user.id ?? ''}` });
    expect((await admin.send('DELETE', path)).status).toBe(204);
    expect((await admin.send('DELETE', `/admin/staff/${randomUUID()}/sessions`)).status).toBe(404);
  });
});

describe('all of it', () => {
  const routes: [string, string][] = [
    ['GET', '/admin/connections'],
    ['GET', `/admin/connections/${randomUUID()}`],
    ['DELETE', `/admin/connections/${randomUUID()}`],
    ['GET', '/admin/sessions'],
    ['DELETE', `/admin/sessions/${randomUUID()}`],
    ['DELETE', `/admin/staff/${randomUUID()}/sessions`],
    ['GET', '/admin/stats'],
    ['GET', '/admin/stats/history'],
  ];

  it.each(routes)('%s %s is for administrators: 401 without a session, 403 for a nurse and a manager', async (method, path) => {
    expect((await request(wardline, method, `/api/v1${path}`)).status).toBe(401);
    for (const username of ['icu-nurse-1', 'icu-manager']) {
      const session = await signIn(wardline, username);
      expect((await session.send(method, path)).status).toBe(403);
    }
  });
});
