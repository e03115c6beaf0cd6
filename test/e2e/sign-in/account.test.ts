import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { request, Session, signIn, Socket, type Answer } from '../../support/clients/client.js';
import { connectUntilClosed } from '../../support/clients/upgrade.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';
import { eventually } from '../../support/eventually.js';

const OWN = 'a password of my own';
const RESET = 'what the administrator chose';

let wardline: TestWardline;
let other: TestWardline;
let admin: Session;
beforeAll(async () => {
  wardline = await startTestWardline();
  other = await startTestWardline({ sharedWith: wardline });
  admin = await signIn(wardline, 'admin');
});
afterAll(async () => {
  await other.stop();
  await wardline.stop();
});

function login(target: TestWardline, username: string, password: string, cookie?: string): Promise<Answer> {
  const headers = cookie === undefined ? {} : { cookie };
  return request(target, 'POST', '/api/v1/auth/login', { body: { username, password }, headers });
}

function right(username: string): string {
  const person = wardline.firstRun.staff.find((one) => one.username === username);
  if (!person) throw new Error(`nobody is called ${username}`);
  return person.password;
}

function toSession(target: TestWardline, answer: Answer): Session {
  const cookie = answer.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  return new Session(target, cookie, answer.body.csrf_token as string, answer.body.user as Session['user']);
}

/** Holds the person's row until `release`; `queued` resolves when so many wait for it. */
async function holdRow(username: string) {
  const client = new pg.Client({ connectionString: wardline.database.url });
  await client.connect();
  await client.query('BEGIN');
  await client.query('SELECT FROM staff WHERE username = $1 FOR UPDATE', [username]);
  const queued = (wanted: number) =>
    eventually(
      async () => {
        const [row] = await wardline.database.query<{ n: number }>(
          `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query ILIKE '%staff%'`,
        );
        return row?.n === wanted ? true : undefined;
      },
      `${String(wanted)} that wait`,
    );
  return { queued, release: () => client.end() };
}

describe("an administrator's reset", () => {
  it('wins over a change of the password that was under way: the change is refused, and only the reset password opens', async () => {
    const nurse = await signIn(other, 'icu-nurse-1');
    const row = await holdRow('icu-nurse-1');
    const reset = admin.post(`/admin/staff/${nurse.user.id}/password`, { password: RESET });
    await row.queued(1);
    const change = nurse.post('/auth/password', { current_password: right('icu-nurse-1'), new_password: OWN });
    await row.queued(2);
    await row.release();
    expect((await reset).status).toBe(204);
    expect((await change).status).toBe(401);
    expect((await login(wardline, 'icu-nurse-1', OWN)).status).toBe(401);
    expect((await login(other, 'icu-nurse-1', RESET)).status).toBe(200);
    expect((await nurse.get('/auth/session')).status).toBe(401);
  });

  it('wins when the change comes first, too', async () => {
    const nurse = await signIn(other, 'icu-nurse-2');
    const row = await holdRow('icu-nurse-2');
    const change = nurse.post('/auth/password', { current_password: right('icu-nurse-2'), new_password: OWN });
    await row.queued(1);
    const reset = admin.post(`/admin/staff/${nurse.user.id}/password`, { password: RESET });
    await row.queued(2);
    await row.release();
    expect([(await change).status, (await reset).status]).toEqual([204, 204]);
    expect((await login(wardline, 'icu-nurse-2', OWN)).status).toBe(401);
    expect((await login(other, 'icu-nurse-2', RESET)).status).toBe(200);
    expect((await nurse.get('/auth/session')).status).toBe(401);
  });

  it.each([
    ['that was checked before it', true],
    ['that is committed right before it', false],
  ])('leaves no session of a sign-in with the old password %s, on any node', async (_, resetFirst) => {
    const name = resetFirst ? 'icu-nurse-3' : 'icu-nurse-4';
    const { user } = await signIn(wardline, name);
    const row = await holdRow(name);
    const doReset = () => admin.post(`/admin/staff/${user.id}/password`, { password: RESET });
    const doSignIn = () => login(other, name, right(name));
    const first = resetFirst ? doReset() : doSignIn();
    await row.queued(1);
    const second = resetFirst ? doSignIn() : doReset();
    await row.queued(2);
    await row.release();
    const [reset, signedIn] = resetFirst ? [await first, await second] : [await second, await first];
    expect(reset.status).toBe(204);
    expect([200, 401]).toContain(signedIn.status);
    if (resetFirst) expect(signedIn.status).toBe(401);
    const live = await wardline.database.query('SELECT FROM sessions WHERE staff_id = $1 AND ended_at IS NULL', [user.id]);
    expect(live).toEqual([]);
  });

  it('an ended session changes no password, even when it was ended while the hash was made', async () => {
    const nurse = await signIn(other, 'icu-nurse-5');
    const row = await holdRow('icu-nurse-5');
    const change = nurse.post('/auth/password', { current_password: right('icu-nurse-5'), new_password: OWN });
    await row.queued(1);
    expect((await admin.send('DELETE', `/admin/staff/${nurse.user.id}/sessions`)).status).toBe(204);
    await row.release();
    expect((await change).status).toBe(401);
    expect((await login(wardline, 'icu-nurse-5', right('icu-nurse-5'))).status).toBe(200);
  });
});

describe('a password that somebody else has set', () => {
  it('must be changed first: the session says so, every other call is 403, sockets close 4003; then all is open', async () => {
    const made = await admin.post('/admin/staff', { username: 'zoe', name: 'Zoe', role: 'nurse' });
    expect(made.status).toBe(201);
    expect((await admin.post('/admin/memberships', { staff_id: made.body.id, dept: 'icu' })).status).toBe(201);
    const answer = await login(wardline, 'zoe', made.body.password as string);
    expect(answer).toMatchObject({ status: 200, body: { password_change_required: true } });
    const zoe = toSession(wardline, answer);
    expect((await zoe.get('/auth/session')).body.password_change_required).toBe(true);
    for (const refused of [
      await zoe.get('/departments'),
      await zoe.get('/departments/icu/snapshot'),
      await zoe.get('/departments/icu/events/stream'),
      await zoe.post('/departments/icu/shifts'),
      await zoe.post('/calls', { type: 'patient_normal', room_id: 'icu-101' }),
    ])
      expect([refused.status, refused.body.error.code]).toEqual([403, 'PASSWORD_CHANGE_REQUIRED']);
    expect((await connectUntilClosed(wardline, { cookie: zoe.cookie })).code).toBe(4003);
    expect((await zoe.get('/auth/sessions')).status).toBe(200);
    const change = await zoe.post('/auth/password', { current_password: made.body.password, new_password: OWN });
    expect(change.status).toBe(204);
    expect((await zoe.get('/auth/session')).body.password_change_required).toBe(false);
    expect((await zoe.get('/departments')).status).toBe(200);
    const socket = await Socket.open(wardline, zoe.cookie);
    expect((await socket.ask({ type: 'subscribe', dept: 'icu' })).type).toBe('ok');
    socket.close();
  });

  it('is not one of the demo hospital', async () => {
    expect((await login(wardline, 'med-nurse-1', right('med-nurse-1'))).body.password_change_required).toBe(false);
  });

  it('is of the same quality as one that its owner chooses', async () => {
    const nurse = await signIn(wardline, 'med-nurse-2');
    for (const password of ['1234567890', 'Password123', 'MED-nurse-2', 'short']) {
      const own = await nurse.post('/auth/password', { current_password: right('med-nurse-2'), new_password: password });
      const reset = await admin.post(`/admin/staff/${nurse.user.id}/password`, { password });
      expect([password, own.status, reset.status]).toEqual([password, 400, 400]);
      expect([own.body.error.details.fields[0].path, reset.body.error.details.fields[0].path]).toEqual(['new_password', 'password']);
      expect(JSON.stringify([own.body, reset.body])).not.toContain(password);
    }
    const made = await admin.post('/admin/staff', { username: 'yan', name: 'Yan', role: 'nurse', password: '1234567890' });
    expect(made.status).toBe(400);
  });

  it('is composed first: however a keyboard makes an é, it is the same password', async () => {
    const nurse = await signIn(wardline, 'med-nurse-3');
    const change = await nurse.post('/auth/password', { current_password: right('med-nurse-3'), new_password: 'cafe\u0301 de la nuit' });
    expect(change.status).toBe(204);
    expect((await login(wardline, 'med-nurse-3', 'caf\u00e9 de la nuit')).status).toBe(200);
    expect((await login(wardline, 'med-nurse-3', 'cafe\u0301 de la nuit')).status).toBe(200);
  });
});

describe("one's own sessions", () => {
  it('are listed, one can be ended, and all others; their sockets close 4401; nobody else’s is seen', async () => {
    const [here, there, third] = [
      await signIn(wardline, 'surg-nurse-1'),
      await signIn(wardline, 'surg-nurse-1'),
      await signIn(wardline, 'surg-nurse-1'),
    ];
    const stranger = await signIn(wardline, 'surg-nurse-2');
    const list = (await here.get('/auth/sessions')).body as { items: { id: string; current: boolean }[]; next_cursor: null };
    expect(list.items.map(({ current }) => current)).toEqual([true, false, false]);
    expect(list.items[0]).toEqual({
      id: expect.any(String) as string,
      created_at: expect.any(String) as string,
      last_used_at: expect.any(String) as string,
      expires_at: expect.any(String) as string,
      address: '127.0.0.1',
      current: true,
    });
    const socket = await Socket.open(wardline, there.cookie);
    const target = (await there.get('/auth/sessions')).body.items.find(({ current }: { current: boolean }) => current).id as string;
    expect((await stranger.send('DELETE', `/auth/sessions/${target}`)).status).toBe(404);
    expect((await here.send('DELETE', `/auth/sessions/${target}`)).status).toBe(204);
    expect((await here.send('DELETE', `/auth/sessions/${target}`)).status).toBe(404);
    expect((await there.get('/auth/session')).status).toBe(401);
    expect((await socket.untilClosed()).code).toBe(4401);
    expect((await here.send('DELETE', '/auth/sessions')).status).toBe(204);
    expect((await third.get('/auth/session')).status).toBe(401);
    expect((await here.get('/auth/session')).status).toBe(200);
    expect((await stranger.get('/auth/session')).status).toBe(200);
  });

  it('are MAX_SESSIONS_PER_USER at most: a further sign-in ends the oldest', async () => {
    const node = await startTestWardline({ sharedWith: wardline, env: { MAX_SESSIONS_PER_USER: '3' } });
    try {
      const sessions: Session[] = [];
      for (let turn = 0; turn < 5; turn++) sessions.push(await signIn(node, 'surg-nurse-3'));
      const statuses = await Promise.all(sessions.map(async (one) => (await one.get('/auth/session')).status));
      expect(statuses).toEqual([401, 401, 200, 200, 200]);
      const rush = await Promise.all(Array.from({ length: 6 }, () => signIn(node, 'surg-nurse-3')));
      const left = await Promise.all(rush.map(async (one) => (await one.get('/auth/session')).status));
      expect(left.filter((status) => status === 200)).toHaveLength(3);
    } finally {
      await node.stop();
    }
  });

  it('a sign-in replaces the session that the browser held, and no other', async () => {
    const [held, elsewhere] = [await signIn(wardline, 'surg-nurse-4'), await signIn(wardline, 'surg-nurse-4')];
    const answer = await login(other, 'surg-nurse-4', right('surg-nurse-4'), held.cookie);
    expect(answer.status).toBe(200);
    expect((await held.get('/auth/session')).status).toBe(401);
    expect((await elsewhere.get('/auth/session')).status).toBe(200);
    const refused = await login(other, 'surg-nurse-4', 'not the password', elsewhere.cookie);
    expect(refused.status).toBe(401);
    expect((await elsewhere.get('/auth/session')).status).toBe(200);
  });
});
