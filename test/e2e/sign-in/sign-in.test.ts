import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asStation, request, Session, signIn, Socket, type Answer, type AnyFrame } from '../../support/clients/client.js';
import { Person } from '../../support/clients/person.js';
import { askForUpgrade, connectUntilClosed } from '../../support/clients/upgrade.js';
import { startTestWardline, TEST_SECRET, type TestWardline } from '../../support/wardline.js';
import { eventually } from '../../support/eventually.js';

const HOUR = 3600;
const EVIL = 'https://evil.example';

function login(target: TestWardline, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  return request(target, 'POST', '/api/v1/auth/login', { body, headers });
}

function passwordOf(target: TestWardline, username: string): string {
  const person = [target.firstRun.admin, ...target.firstRun.staff].find((one) => one.username === username);
  if (!person) throw new Error(`nobody is called ${username}`);
  return person.password;
}

function cookieOf(answer: Answer): string {
  return answer.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
}

/** The same answer but for the request's id. */
function errorOf(answer: Answer): unknown {
  return { status: answer.status, error: { ...answer.body.error, request_id: undefined } };
}

/** Ids of what has happened to calls: that a ward is left unattended meanwhile does not count. */
async function callEvents(session: Session): Promise<string[]> {
  const { items } = (await session.get('/departments/icu/events?after=0&limit=200')).body as { items: { id: string; type: string }[] };
  return items.filter(({ type }) => type.startsWith('call.')).map(({ id }) => id);
}

async function sessionStatus(target: TestWardline, cookie: string): Promise<number> {
  return (await request(target, 'GET', '/api/v1/auth/session', { headers: { cookie } })).status;
}

describe('sign-in', () => {
  let wardline: TestWardline;
  beforeAll(async () => {
    wardline = await startTestWardline();
  });
  afterAll(() => wardline.stop());

  it('answers 200 with user, csrf_token and expires_at, and sets __Host-wardline: HttpOnly, Secure, SameSite=Lax, Path=/', async () => {
    const answer = await login(wardline, { username: 'icu-nurse-1', password: passwordOf(wardline, 'icu-nurse-1') });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      user: { id: expect.any(String) as string, name: expect.any(String) as string, role: 'nurse', departments: ['icu'] },
    });
    expect(answer.body.csrf_token.length).toBeGreaterThan(20);
    const expires = Date.parse(answer.body.expires_at);
    expect(expires).toBeGreaterThan(Date.now());
    expect(expires).toBeLessThanOrEqual(Date.now() + 16 * HOUR * 1000 + 60_000);
    expect(answer.headers['set-cookie']).toHaveLength(2); // the other one names the browser: sign-in-guessing.test.ts
    const [pair = '', ...attributes] = (answer.headers['set-cookie']?.[0] ?? '').split(/; */);
    expect(pair).toMatch(/^__Host-wardline=.{40,}$/);
    const lower = attributes.map((attribute) => attribute.toLowerCase());
    expect(lower).toEqual(expect.arrayContaining(['httponly', 'secure', 'samesite=lax', 'path=/']));
    expect(lower.some((attribute) => attribute.startsWith('domain'))).toBe(false);
    expect(JSON.stringify(answer.body)).not.toContain(pair.split('=')[1]);
  });

  it('GET /auth/session tells who, role, departments, csrf token and expiry; 401 without', async () => {
    const session = await signIn(wardline, 'icu-manager');
    const answer = await session.get('/auth/session');
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      user: { id: session.user.id, role: 'manager', departments: ['icu'] },
      csrf_token: session.csrf,
      expires_at: expect.any(String) as string,
    });
    const without = await request(wardline, 'GET', '/api/v1/auth/session');
    expect(without.status).toBe(401);
    expect(without.body.error).toMatchObject({
      code: expect.any(String) as string,
      message: expect.any(String) as string,
      retryable: false,
      request_id: expect.any(String) as string,
    });
  });

  it('answers an unknown user and a wrong password alike with 401, and sets no cookie', async () => {
    const wrong = await login(wardline, { username: 'icu-nurse-2', password: 'wrong-password' });
    const unknown = await login(wardline, { username: 'nobody-here', password: 'wrong-password' });
    expect(wrong.status).toBe(401);
    expect(errorOf(wrong)).toEqual(errorOf(unknown));
    for (const answer of [wrong, unknown]) expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it.each([
    ...[{}, { username: 'icu-nurse-3' }, { password: 'x' }, { username: 1, password: 'x' }, { username: ['icu-nurse-3'], password: 'x' }],
    ...[
      { username: 'icu-nurse-3', password: { $ne: null } },
      { username: 'icu-nurse-3', password: 'x', role: 'admin' },
      [],
      null,
      'icu-nurse-3',
    ],
  ])('refuses %j with 400', async (body) => {
    const answer = await login(wardline, typeof body === 'string' ? JSON.stringify(body) : body);
    expect(answer.status).toBe(400);
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it('logs no password, cookie, csrf token or station key', async () => {
    const secret = `pw-${randomUUID()}`;
    await login(wardline, { username: 'icu-nurse-4', password: secret });
    const session = await signIn(wardline, 'icu-nurse-4');
    await session.get('/departments');
    await asStation(wardline, 'icu-101-bed')('GET', '');
    const logged = wardline.log.join('\n');
    const key = wardline.firstRun.stations[0]?.key ?? 'none';
    for (const text of [secret, session.csrf, session.cookie.split('=')[1] ?? '', key, passwordOf(wardline, 'icu-nurse-4')])
      expect(logged).not.toContain(text);
  });

  it('stores the session hashed: neither the cookie nor its id is in the database', async () => {
    const session = await signIn(wardline, 'icu-nurse-4');
    const value = session.cookie.split('=')[1] ?? '';
    const tables = await wardline.database.query<{ table_name: string }>(
      "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'",
    );
    expect(tables.length).toBeGreaterThan(5);
    for (const { table_name } of tables) {
      const rows = JSON.stringify(await wardline.database.query(`SELECT t::text AS row FROM "${table_name}" t`));
      for (const part of [value, ...value.split('.')]) expect(rows).not.toContain(part);
      for (const part of value.split('.')) expect(rows).not.toContain(Buffer.from(part, 'base64url').toString('hex'));
      for (const person of wardline.firstRun.staff) expect(rows).not.toContain(person.password);
      for (const station of wardline.firstRun.stations) expect(rows).not.toContain(station.key);
    }
  });

  it('gives a new session id each time, and never adopts one that the client brought (fixation)', async () => {
    const body = { username: 'icu-nurse-5', password: passwordOf(wardline, 'icu-nurse-5') };
    const brought = `__Host-wardline=${randomBytes(32).toString('base64url')}.${randomBytes(32).toString('base64url')}`;
    const first = cookieOf(await login(wardline, body, { cookie: brought }));
    const second = cookieOf(await login(wardline, body));
    expect(new Set([brought, first, second]).size).toBe(3);
    expect(await sessionStatus(wardline, brought)).toBe(401);
    expect(await sessionStatus(wardline, first)).toBe(200);
    expect(first.split('.')[0]).not.toBe(second.split('.')[0]);
  });

  it("an attacker's session that the victim's browser holds does not become the victim's", async () => {
    const attacker = await signIn(wardline, 'med-nurse-1');
    const answer = await login(
      wardline,
      { username: 'icu-nurse-5', password: passwordOf(wardline, 'icu-nurse-5') },
      { cookie: attacker.cookie, 'x-csrf-token': attacker.csrf },
    );
    expect(answer.status).toBe(200);
    expect(cookieOf(answer)).not.toBe(attacker.cookie);
    const still = await request(wardline, 'GET', '/api/v1/auth/session', { headers: { cookie: attacker.cookie } });
    if (still.status === 200) expect(still.body.user.id).toBe(attacker.user.id);
    else expect(still.status).toBe(401);
  });
});

describe('with REQUIRE_WSS=false', () => {
  it('the cookie is named wardline and not Secure, and works for HTTP and sockets', async () => {
    const plain = await startTestWardline({ env: { REQUIRE_WSS: 'false' } });
    try {
      expect(plain.url).toMatch(/^http:/);
      const answer = await login(plain, { username: 'icu-nurse-1', password: passwordOf(plain, 'icu-nurse-1') });
      const [pair = '', ...attributes] = (answer.headers['set-cookie']?.[0] ?? '').split(/; */);
      expect(pair).toMatch(/^wardline=/);
      const lower = attributes.map((attribute) => attribute.toLowerCase());
      expect(lower).toEqual(expect.arrayContaining(['httponly', 'samesite=lax', 'path=/']));
      expect(lower).not.toContain('secure');
      expect(await sessionStatus(plain, pair)).toBe(200);
      expect(await sessionStatus(plain, `__Host-${pair}`)).toBe(401);
      const socket = await Socket.open(plain, pair);
      expect((await socket.until((frame) => frame.type === 'hello')).user.role).toBe('nurse');
      socket.close();
      // A browser with this header would ask for everything over a TLS that is not there.
      expect(answer.headers['strict-transport-security']).toBeUndefined();
      expect(answer.headers['content-security-policy']).not.toContain('upgrade-insecure-requests');
    } finally {
      await plain.stop();
    }
  });
});

describe('X-CSRF-Token', () => {
  let wardline: TestWardline;
  let anna: Session;
  let ben: Session;
  beforeAll(async () => {
    wardline = await startTestWardline();
    [anna, ben] = (await Promise.all(['icu-nurse-1', 'icu-nurse-2'].map((name) => signIn(wardline, name)))) as [Session, Session];
  });
  afterAll(() => wardline.stop());

  it('is needed by every unsafe method under a cookie: 403 without, with a wrong one, or with that of another session', async () => {
    const press = await asStation(wardline, 'icu-101-bed')('POST', '/calls', { type: 'patient_normal' });
    const other = await signIn(wardline, 'icu-nurse-1');
    const requests: [string, string, unknown][] = [
      ['POST', '/auth/logout', undefined],
      ['POST', '/auth/password', { current_password: passwordOf(wardline, 'icu-nurse-1'), new_password: 'another-password-of-mine' }],
      ['POST', '/departments/icu/shifts', undefined],
      ['DELETE', '/departments/icu/shifts/mine', undefined],
      ['POST', '/calls', { type: 'service_request', room_id: 'icu-102' }],
      ...['accept', 'arrive', 'decline', 'complete', 'cancel'].map((command): [string, string, unknown] => [
        'POST',
        `/calls/${press.body.id as string}/${command}`,
        {},
      ]),
    ];
    const events = await callEvents(anna);
    for (const [method, path, body] of requests) {
      for (const token of [undefined, '', 'x', ben.csrf, other.csrf, `${anna.csrf}x`, anna.csrf.slice(0, -1), anna.csrf.toUpperCase()]) {
        const headers = { cookie: anna.cookie, 'idempotency-key': randomUUID(), ...(token !== undefined && { 'x-csrf-token': token }) };
        const answer = await request(wardline, method, `/api/v1${path}`, { ...(body !== undefined && { body }), headers });
        expect([method, path, token, answer.status]).toEqual([method, path, token, 403]);
      }
    }
    expect(await callEvents(anna)).toEqual(events);
    expect(await sessionStatus(wardline, anna.cookie)).toBe(200);
    expect((await signIn(wardline, 'icu-nurse-1')).user.id).toBe(anna.user.id);
  });

  it('is not needed by safe methods, nor by stations', async () => {
    for (const path of ['/auth/session', '/departments', '/departments/icu/snapshot', '/calls?dept=icu'])
      expect((await anna.get(path)).status).toBe(200);
    expect((await asStation(wardline, 'icu-103-bed')('POST', '/heartbeat', {})).status).toBeLessThan(300);
  });
});

describe('failures', () => {
  let wardline: TestWardline;
  beforeAll(async () => {
    wardline = await startTestWardline({ env: { TRUSTED_PROXIES: '127.0.0.1' } });
  });
  afterAll(() => wardline.stop());

  async function fail(username: string, times: number, headers: Record<string, string> = {}): Promise<number[]> {
    const statuses: number[] = [];
    for (let time = 0; time < times; time++)
      statuses.push((await login(wardline, { username, password: 'wrong-password' }, headers)).status);
    return statuses;
  }

  it('5 per user and address in 15 min: then 429 with Retry-After, also for the right password; other users and addresses go on; later it is over', async () => {
    const right = { username: 'icu-nurse-1', password: passwordOf(wardline, 'icu-nurse-1') };
    expect(await fail('icu-nurse-1', 5)).toEqual([401, 401, 401, 401, 401]);
    for (const body of [right, { ...right, password: 'wrong-password' }]) {
      const refused = await login(wardline, body);
      expect(refused.status).toBe(429);
      expect(refused.headers['set-cookie']).toBeUndefined();
      expect(refused.body.error).toMatchObject({ retryable: true });
      const wait = Number(refused.headers['retry-after']);
      expect(Number.isInteger(wait)).toBe(true);
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(900);
    }
    expect((await signIn(wardline, 'icu-nurse-2')).user.role).toBe('nurse');
    expect((await login(wardline, right, { 'x-forwarded-for': '203.0.113.7' })).status).toBe(200);
    await wardline.database.moveClock(901);
    expect((await login(wardline, right)).status).toBe(200);
  });

  it('are forgotten when an administrator sets a new password: the new one works at once', async () => {
    const admin = await signIn(wardline, 'admin');
    const { body } = await admin.get('/admin/staff?username=icu-nurse-4');
    await fail('icu-nurse-4', 5);
    const password = 'a-new-password-of-the-night';
    expect((await login(wardline, { username: 'icu-nurse-4', password })).status).toBe(429);
    expect((await admin.post(`/admin/staff/${body.items[0].id as string}/password`, { password })).status).toBeLessThan(300);
    expect((await login(wardline, { username: 'icu-nurse-4', password })).status).toBe(200);
  });

  it('are counted for a user that does not exist, too: 429 tells nobody apart', async () => {
    expect(await fail('nobody-at-all', 6)).toEqual([401, 401, 401, 401, 401, 429]);
  });

  it('at once are not more than one after another: never more than 5 guesses', async () => {
    const statuses = (
      await Promise.all(Array.from({ length: 24 }, () => login(wardline, { username: 'icu-nurse-3', password: 'wrong-password' })))
    ).map((answer) => answer.status);
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(5);
    for (const status of statuses) expect([401, 429, 503]).toContain(status);
    expect((await login(wardline, { username: 'icu-nurse-3', password: 'wrong-password' })).status).toBe(429);
  });

  it('from a client that names another address each time count all the same, unless a trusted proxy says so', async () => {
    const direct = await startTestWardline({ sharedWith: wardline });
    try {
      const statuses: number[] = [];
      for (let time = 0; time < 6; time++) {
        const headers = {
          'x-forwarded-for': `198.51.100.${String(time)}`,
          forwarded: `for=198.51.100.${String(time)}`,
          'x-real-ip': `198.51.100.${String(time)}`,
        };
        statuses.push((await login(direct, { username: 'icu-nurse-4', password: 'wrong-password' }, headers)).status);
      }
      expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    } finally {
      await direct.stop();
    }
    // Behind the proxy it is the address nearest to it that counts, not what the client put in front.
    const behind = [];
    for (let time = 0; time < 6; time++) {
      behind.push(
        (
          await login(
            wardline,
            { username: 'icu-nurse-5', password: 'wrong-password' },
            { 'x-forwarded-for': `198.51.100.${String(time)}, 203.0.113.9` },
          )
        ).status,
      );
    }
    expect(behind).toEqual([401, 401, 401, 401, 401, 429]);
  });

  it('on one node count on the other', async () => {
    const other = await startTestWardline({ sharedWith: wardline });
    try {
      expect(await fail('icu-nurse-6', 3)).toEqual([401, 401, 401]);
      for (const wanted of [401, 401, 429])
        expect((await login(other, { username: 'icu-nurse-6', password: 'wrong-password' })).status).toBe(wanted);
    } finally {
      await other.stop();
    }
  });
});

describe('expiry', () => {
  let wardline: TestWardline;
  beforeAll(async () => {
    wardline = await startTestWardline();
  });
  afterAll(() => wardline.stop());

  it('idle: after SESSION_IDLE_SEC without a request the session is over, over HTTP (401) and for sockets (4002)', async () => {
    const session = await signIn(wardline, 'icu-nurse-1');
    await wardline.database.moveClock(8 * HOUR + 60);
    expect((await session.get('/departments')).status).toBe(401);
    expect((await session.post('/calls', { type: 'patient_normal', room_id: 'icu-101' })).status).toBe(401);
    expect((await connectUntilClosed(wardline, { cookie: session.cookie })).code).toBe(4002);
  });

  it('any authenticated request renews the idle time, up to the absolute SESSION_ABSOLUTE_SEC', async () => {
    const session = await signIn(wardline, 'icu-nurse-1');
    for (let times = 0; times < 2; times++) {
      await wardline.database.moveClock(7 * HOUR + 1800);
      expect((await session.get('/auth/session')).status).toBe(200);
    }
    await wardline.database.moveClock(1800 + 900);
    expect((await session.get('/auth/session')).status).toBe(200);
    await wardline.database.moveClock(1800);
    expect((await session.get('/auth/session')).status).toBe(401);
    expect((await connectUntilClosed(wardline, { cookie: session.cookie })).code).toBe(4002);
  });

  it('both are settings', async () => {
    const strict = await startTestWardline({ sharedWith: wardline, env: { SESSION_IDLE_SEC: '600', SESSION_ABSOLUTE_SEC: '1500' } });
    try {
      const idle = await signIn(strict, 'icu-nurse-2');
      await wardline.database.moveClock(620);
      expect((await idle.get('/auth/session')).status).toBe(401);
      const busy = await signIn(strict, 'icu-nurse-2');
      for (const status of [200, 200, 401]) {
        await wardline.database.moveClock(540);
        expect((await busy.get('/auth/session')).status).toBe(status);
      }
    } finally {
      await strict.stop();
    }
  });
});

describe('SESSION_SECRETS: the first signs, all verify', () => {
  it('rotation: cookies of the old secret hold as long as it is in the list', async () => {
    const [older, newer] = ['the-older-secret-of-this-test-is-long-enough', 'the-newer-secret-of-this-test-is-long-enough'];
    const before = await startTestWardline({ env: { SESSION_SECRETS: older } });
    const nodes: TestWardline[] = [before];
    try {
      const during = await startTestWardline({ sharedWith: before, env: { SESSION_SECRETS: `${newer},${older}` } });
      const after = await startTestWardline({ sharedWith: before, env: { SESSION_SECRETS: newer } });
      nodes.push(during, after);
      const old = await signIn(before, 'icu-nurse-1');
      const fresh = await signIn(during, 'icu-nurse-1');
      const statuses = (cookie: string) => Promise.all([before, during, after].map((node) => sessionStatus(node, cookie)));
      expect(await statuses(old.cookie)).toEqual([200, 200, 401]);
      expect(await statuses(fresh.cookie)).toEqual([401, 200, 200]);
      expect((await connectUntilClosed(after, { cookie: old.cookie })).code).toBe(4002);
      // The CSRF token goes with the session: it holds where the cookie does.
      expect((await new Session(during, old.cookie, old.csrf, old.user).post('/departments/icu/shifts')).status).toBeLessThan(300);
    } finally {
      for (const node of nodes.reverse()) await node.stop();
    }
  });
});

describe('forged cookies', () => {
  let wardline: TestWardline;
  let anna: Session;
  let ben: Session;
  beforeAll(async () => {
    wardline = await startTestWardline();
    [anna, ben] = (await Promise.all(['icu-nurse-1', 'icu-nurse-2'].map((name) => signIn(wardline, name)))) as [Session, Session];
  });
  afterAll(() => wardline.stop());

  it('each is refused with 401 over HTTP, and closes a socket with 4002', async () => {
    const value = anna.cookie.split('=')[1] ?? '';
    const [id = '', signature = ''] = value.split('.');
    const [benId = '', benSignature = ''] = (ben.cookie.split('=')[1] ?? '').split('.');
    const flip = (text: string, at: number) => text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
    const forged = [
      ...[
        id,
        `${id}.`,
        `.${signature}`,
        `${id}.${benSignature}`,
        `${benId}.${signature}`,
        `${flip(id, 3)}.${signature}`,
        `${id}.${flip(signature, 3)}`,
      ],
      ...[
        `${id}.${signature}.${signature}`,
        `${id}.${signature.slice(0, -1)}`,
        `${id}.${signature}A`,
        `${id}A.${signature}`,
        value.toLowerCase(),
        value.split('').reverse().join(''),
      ],
      ...[
        `${id}.${TEST_SECRET}`,
        `s%3A${value}`,
        `j:${JSON.stringify({ id })}`,
        'null',
        'undefined',
        '[object Object]',
        "' OR 1=1 --",
        '..',
        '%00',
        `${value}%00`,
        '%',
        '%E0%A4%A',
      ],
      ...[`${randomBytes(32).toString('base64url')}.${randomBytes(32).toString('base64url')}`, 'x'.repeat(4000)],
    ];
    const overHttp: [string, number][] = [];
    for (const cookie of forged) overHttp.push([cookie, await sessionStatus(wardline, `__Host-wardline=${cookie}`)]);
    expect(overHttp.filter(([, status]) => status !== 401)).toEqual([]);
    const frame = JSON.stringify({ id: randomUUID(), type: 'subscribe', dept: 'icu' });
    for (const cookie of forged) {
      const closed = await connectUntilClosed(wardline, { cookie: `__Host-wardline=${cookie}`, send: [frame] });
      expect([cookie, closed.code, closed.frames]).toEqual([cookie, 4002, []]);
    }
    expect(await sessionStatus(wardline, anna.cookie)).toBe(200);
  });

  it('under another name are no cookies of ours', async () => {
    const value = anna.cookie.split('=')[1] ?? '';
    for (const name of ['wardline', '__Secure-wardline', '__host-wardline', 'X__Host-wardline', '__Host-wardline2']) {
      expect([name, await sessionStatus(wardline, `${name}=${value}`)]).toEqual([name, 401]);
    }
  });

  it('the identity is the session’s, whatever headers claim', async () => {
    const answer = await request(wardline, 'GET', '/api/v1/auth/session', {
      headers: {
        cookie: anna.cookie,
        'x-user-id': ben.user.id,
        'x-remote-user': 'admin',
        'x-role': 'admin',
        authorization: 'Basic YWRtaW46YWRtaW4=',
      },
    });
    if (answer.status === 200) expect(answer.body.user).toMatchObject({ id: anna.user.id, role: 'nurse' });
    else expect(answer.status).toBe(401);
  });

  it('a station key is no session and a session no station', async () => {
    const [station] = wardline.firstRun.stations;
    const bearer = { authorization: `Bearer ${station?.key ?? ''}` };
    for (const path of ['/auth/session', '/departments', '/calls', '/departments/icu/snapshot']) {
      expect((await request(wardline, 'GET', `/api/v1${path}`, { headers: bearer })).status).toBe(401);
    }
    expect((await anna.get('/stations/self')).status).toBe(401);
    for (const authorization of [
      'Bearer ',
      'Bearer x',
      `Basic ${station?.key ?? ''}`,
      `Bearer ${station?.key ?? ''}x`,
      `Bearer ${(station?.key ?? '').slice(0, -2)}`,
      station?.key ?? '',
      `Bearer ${'y'.repeat(4000)}`,
    ]) {
      for (const [method, path] of [
        ['GET', ''],
        ['GET', '/calls'],
        ['POST', '/calls'],
        ['POST', '/heartbeat'],
      ] as const) {
        const answer = await request(wardline, method, `/api/v1/stations/self${path}`, {
          headers: { authorization },
          ...(method === 'POST' && { body: { type: 'patient_normal' } }),
        });
        expect([authorization, path, answer.status]).toEqual([authorization, path, 401]);
      }
    }
  });
});

describe('logout', () => {
  let wardline: TestWardline;
  beforeAll(async () => {
    wardline = await startTestWardline();
  });
  afterAll(() => wardline.stop());

  it("ends the session (204) and closes its sockets with 4401, session_revoked before; the user's other session stays", async () => {
    const leaving = await signIn(wardline, 'icu-nurse-1');
    const staying = await signIn(wardline, 'icu-nurse-1');
    const sockets = await Promise.all([leaving, leaving, staying].map(({ cookie }) => Socket.open(wardline, cookie)));
    for (const socket of sockets) await socket.ask({ type: 'subscribe', dept: 'icu' });
    const answer = await leaving.post('/auth/logout');
    expect(answer.status).toBe(204);
    for (const socket of sockets.slice(0, 2)) {
      expect((await socket.untilClosed()).code).toBe(4401);
      expect(socket.frames.at(-1)).toEqual({ type: 'session_revoked' });
    }
    expect(await sessionStatus(wardline, leaving.cookie)).toBe(401);
    expect((await connectUntilClosed(wardline, { cookie: leaving.cookie })).code).toBe(4002);
    expect(await sessionStatus(wardline, staying.cookie)).toBe(200);
    expect((await sockets[2]!.ask({ type: 'subscribe', dept: 'icu' })).type).toBe('ok');
    sockets[2]?.close();
  });

  it('SESSION_REVOKE_CLOSE_CODE is a setting', async () => {
    const other = await startTestWardline({ sharedWith: wardline, env: { SESSION_REVOKE_CLOSE_CODE: '4444' } });
    try {
      const session = await signIn(other, 'icu-nurse-2');
      const socket = await Socket.open(other, session.cookie);
      await socket.until((frame) => frame.type === 'hello');
      await session.post('/auth/logout');
      expect((await socket.untilClosed()).code).toBe(4444);
    } finally {
      await other.stop();
    }
  });

  it('a frame that comes after it is not handled', async () => {
    const person = await Person.come(wardline, 'icu-nurse-3');
    const watcher = await signIn(wardline, 'icu-nurse-4');
    expect((await person.session.post('/auth/logout')).status).toBe(204);
    if (person.socket.closed === undefined) person.socket.send({ type: 'shift.start', data: { dept: 'icu' } });
    await person.socket.untilClosed();
    expect(person.socket.frames.filter((frame) => frame.type === 'ok')).toEqual([]);
    expect(JSON.stringify((await watcher.get('/departments/icu/snapshot')).body.data.staff)).not.toContain(person.id);
  });
});

describe('POST /auth/password', () => {
  let wardline: TestWardline;
  beforeAll(async () => {
    wardline = await startTestWardline();
  });
  afterAll(() => wardline.stop());

  it("changes it, ends the user's other sessions and closes their sockets; this one and other users stay", async () => {
    const [here, elsewhere, colleague] = await Promise.all(
      ['icu-nurse-1', 'icu-nurse-1', 'icu-nurse-2'].map((name) => Person.come(wardline, name)),
    );
    if (!here || !elsewhere || !colleague) throw new Error('three sessions');
    const [current_password, new_password] = [passwordOf(wardline, 'icu-nurse-1'), 'a-new-password-of-mine'];
    const answer = await here.session.post('/auth/password', { current_password, new_password });
    expect(answer.status).toBeLessThan(300);
    expect((await elsewhere.socket.untilClosed()).code).toBe(4401);
    expect(elsewhere.socket.frames.at(-1)).toEqual({ type: 'session_revoked' });
    expect(await sessionStatus(wardline, elsewhere.session.cookie)).toBe(401);
    const kept = answer.headers['set-cookie'] ? cookieOf(answer) : here.session.cookie;
    expect(await sessionStatus(wardline, kept)).toBe(200);
    expect(await sessionStatus(wardline, colleague.session.cookie)).toBe(200);
    expect((await colleague.socket.ask({ type: 'subscribe', dept: 'icu' })).type).toBe('ok');
    expect((await login(wardline, { username: 'icu-nurse-1', password: current_password })).status).toBe(401);
    expect((await login(wardline, { username: 'icu-nurse-1', password: new_password })).status).toBe(200);
  });

  it('with a wrong current password changes nothing', async () => {
    const [here, elsewhere] = await Promise.all([signIn(wardline, 'icu-nurse-3'), signIn(wardline, 'icu-nurse-3')]);
    const answer = await here.post('/auth/password', { current_password: 'not-my-password', new_password: 'a-new-password-of-mine' });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    for (const { cookie } of [here, elsewhere]) expect(await sessionStatus(wardline, cookie)).toBe(200);
    expect((await signIn(wardline, 'icu-nurse-3')).user.id).toBe(here.user.id);
    expect((await login(wardline, { username: 'icu-nurse-3', password: 'a-new-password-of-mine' })).status).toBe(401);
  });

  it('needs a session', async () => {
    const answer = await request(wardline, 'POST', '/api/v1/auth/password', {
      body: { current_password: passwordOf(wardline, 'icu-nurse-4'), new_password: 'a-new-password-of-mine' },
    });
    expect(answer.status).toBe(401);
  });
});

describe('a foreign Origin', () => {
  let wardline: TestWardline;
  let anna: Session;
  beforeAll(async () => {
    wardline = await startTestWardline();
    anna = await signIn(wardline, 'icu-nurse-1');
  });
  afterAll(() => wardline.stop());

  function foreignOrigins(): string[] {
    const { host, hostname, port } = new URL(wardline.url);
    return [
      EVIL,
      'http://evil.example',
      'null',
      `https://${host}.evil.example`,
      `https://evil.example:${port}`,
      `https://x${hostname}:${port}`,
      `https://${hostname}:${String(Number(port) + 1)}`,
      `https://evil.example/${host}`,
      `https://${host}@evil.example`,
      'not an origin',
      `file://${host}`,
    ];
  }

  it('is refused with 403 on every route and method, and nothing happens', async () => {
    const press = await asStation(wardline, 'icu-101-bed')('POST', '/calls', { type: 'patient_normal' });
    const id = press.body.id as string;
    const events = await callEvents(anna);
    const station = { authorization: `Bearer ${wardline.firstRun.stations[0]?.key ?? ''}` };
    const routes: [string, string, unknown, Record<string, string>?][] = [
      ['POST', '/auth/login', { username: 'icu-nurse-1', password: passwordOf(wardline, 'icu-nurse-1') }],
      ['GET', '/auth/session', undefined],
      ['POST', '/auth/logout', undefined],
      ['POST', '/auth/password', { current_password: passwordOf(wardline, 'icu-nurse-1'), new_password: 'a-new-password-of-mine' }],
      ...['/departments', '/departments/icu/snapshot', '/departments/icu/events?after=0', '/calls?dept=icu', `/calls/${id}`].map(
        (path): [string, string, unknown] => ['GET', path, undefined],
      ),
      ['POST', '/departments/icu/shifts', undefined],
      ['DELETE', '/departments/icu/shifts/mine', undefined],
      ['POST', '/calls', { type: 'service_request', room_id: 'icu-102' }],
      ...['accept', 'arrive', 'decline', 'complete', 'cancel'].map((command): [string, string, unknown] => [
        'POST',
        `/calls/${id}/${command}`,
        {},
      ]),
      ['GET', '/stations/self', undefined, station],
      ['GET', '/stations/self/calls', undefined, station],
      ['POST', '/stations/self/calls', { type: 'code_blue' }, station],
      ['POST', '/stations/self/heartbeat', {}, station],
      ['POST', `/stations/self/calls/${id}/cancel`, {}, station],
      ['POST', `/stations/self/calls/${id}/presence`, {}, station],
    ];
    for (const [
      method,
      path,
      body,
      credentials = { cookie: anna.cookie, 'x-csrf-token': anna.csrf, 'idempotency-key': randomUUID() },
    ] of routes) {
      for (const origin of path === '/departments' || path === '/auth/login' ? foreignOrigins() : [EVIL, 'null']) {
        const answer = await request(wardline, method, `/api/v1${path}`, {
          ...(body !== undefined && { body }),
          headers: { ...credentials, origin },
        });
        expect([method, path, origin, answer.status]).toEqual([method, path, origin, 403]);
        expect(answer.headers['set-cookie']).toBeUndefined();
        expect(answer.headers['access-control-allow-origin']).toBeUndefined();
        expect(JSON.stringify(answer.body)).not.toContain('evil');
      }
    }
    expect(await callEvents(anna)).toEqual(events);
  });

  it('is refused on the upgrade with 403 and a JSON body, with and without a session', async () => {
    for (const origin of foreignOrigins()) {
      for (const credentials of [{ cookie: anna.cookie }, {}]) {
        const upgrade = await askForUpgrade(wardline, '/ws', { origin, ...credentials });
        expect([origin, upgrade.status]).toEqual([origin, 403]);
        expect(JSON.parse(upgrade.body)).toMatchObject({
          error: { code: expect.any(String) as string, message: expect.any(String) as string },
        });
        expect(upgrade.body).not.toContain('evil');
      }
    }
  });

  it('the same host, and none at all, pass', async () => {
    expect((await request(wardline, 'GET', '/api/v1/departments', { headers: { cookie: anna.cookie, origin: wardline.url } })).status).toBe(
      200,
    );
    expect((await askForUpgrade(wardline, '/ws', { origin: wardline.url, cookie: anna.cookie })).status).toBe(101);
    expect((await askForUpgrade(wardline, '/ws', { cookie: anna.cookie })).status).toBe(101);
  });

  it('is not made the same host by a header that the client chooses', async () => {
    const headers = {
      cookie: anna.cookie,
      origin: EVIL,
      'x-forwarded-host': 'evil.example',
      forwarded: 'host=evil.example',
      'x-original-host': 'evil.example',
    };
    expect((await request(wardline, 'GET', '/api/v1/departments', { headers })).status).toBe(403);
    expect((await askForUpgrade(wardline, '/ws', headers)).status).toBe(403);
  });

  it('that ALLOWED_ORIGINS names is not foreign; others still are', async () => {
    const other = await startTestWardline({
      sharedWith: wardline,
      env: { ALLOWED_ORIGINS: 'https://ward.example,https://desk.example:8443' },
    });
    try {
      const outcomes: [string, number, number][] = [];
      for (const origin of [
        'https://ward.example',
        'https://desk.example:8443',
        EVIL,
        'https://ward.example.evil.example',
        'https://desk.example',
        'http://ward.example',
      ]) {
        const headers = { cookie: anna.cookie, origin };
        outcomes.push([
          origin,
          (await request(other, 'GET', '/api/v1/departments', { headers })).status,
          (await askForUpgrade(other, '/ws', headers)).status,
        ]);
      }
      expect(outcomes.map(([, http, upgrade]) => [http, upgrade])).toEqual([
        [200, 101],
        [200, 101],
        [403, 403],
        [403, 403],
        [403, 403],
        [403, 403],
      ]);
    } finally {
      await other.stop();
    }
  });
});

describe('department isolation', () => {
  let wardline: TestWardline;
  let anna: Person;
  let stranger: Person;
  let strangeManager: Person;
  let admin: Session;
  let call: AnyFrame;
  beforeAll(async () => {
    wardline = await startTestWardline();
    [anna, stranger, strangeManager] = (await Promise.all(
      ['icu-nurse-1', 'med-nurse-1', 'med-manager'].map((name) => Person.come(wardline, name)),
    )) as [Person, Person, Person];
    admin = await signIn(wardline, 'admin');
    await anna.startShift('icu');
    call = (await asStation(wardline, 'icu-101-bed')('POST', '/calls', { type: 'patient_normal' })).body;
  });
  afterAll(() => wardline.stop());

  it('over HTTP: what belongs to another department is answered exactly like what does not exist', async () => {
    const none = randomUUID();
    const pairs: [string, string, string, unknown, unknown][] = [
      ['GET', '/departments/icu/snapshot', '/departments/nowhere/snapshot', undefined, undefined],
      ['GET', '/departments/icu/events?after=0', '/departments/nowhere/events?after=0', undefined, undefined],
      ['GET', '/calls?dept=icu', '/calls?dept=nowhere', undefined, undefined],
      ['GET', `/calls/${call.id as string}`, `/calls/${none}`, undefined, undefined],
      ['POST', '/departments/icu/shifts', '/departments/nowhere/shifts', undefined, undefined],
      ['DELETE', '/departments/icu/shifts/mine', '/departments/nowhere/shifts/mine', undefined, undefined],
      ['POST', '/calls', '/calls', { type: 'patient_normal', room_id: 'icu-102' }, { type: 'patient_normal', room_id: 'nowhere-1' }],
      ...['accept', 'arrive', 'decline', 'complete', 'cancel'].map((command): [string, string, string, unknown, unknown] => [
        'POST',
        `/calls/${call.id as string}/${command}`,
        `/calls/${none}/${command}`,
        { reason: 'x' },
        { reason: 'x' },
      ]),
      ...['accept', 'cancel'].map((command): [string, string, string, unknown, unknown] => [
        'POST',
        `/calls/${call.id as string}/${command}`,
        `/calls/${none}/${command}`,
        { version: 99 },
        { version: 99 },
      ]),
    ];
    for (const { session } of [stranger, strangeManager]) {
      for (const [method, foreign, unknown, foreignBody, unknownBody] of pairs) {
        const answers = [await session.send(method, foreign, foreignBody), await session.send(method, unknown, unknownBody)] as const;
        expect([method, foreign, answers[0].status, answers[0].body.error?.code]).toEqual([method, foreign, 404, 'NOT_FOUND']);
        expect(errorOf(answers[0])).toEqual(errorOf(answers[1]));
        expect(JSON.stringify(answers[0].body)).not.toContain('icu');
      }
      expect((await session.get('/departments')).body.items.map((one: AnyFrame) => one.id)).toEqual(['med']);
      expect((await session.get('/calls')).body.items).toEqual([]);
    }
    expect(await anna.call(call.id)).toMatchObject({ state: 'pending', version: 1 });
  });

  it('over the socket: NOT_FOUND, the same as for what does not exist, and no event ever', async () => {
    const none = randomUUID();
    const pairs: [Record<string, unknown>, Record<string, unknown>][] = [
      [
        { type: 'subscribe', dept: 'icu' },
        { type: 'subscribe', dept: 'nowhere' },
      ],
      [
        { type: 'subscribe', dept: 'icu', after: 0 },
        { type: 'subscribe', dept: 'nowhere', after: 0 },
      ],
      [
        { type: 'shift.start', data: { dept: 'icu' } },
        { type: 'shift.start', data: { dept: 'nowhere' } },
      ],
      [
        { type: 'shift.end', data: { dept: 'icu' } },
        { type: 'shift.end', data: { dept: 'nowhere' } },
      ],
      [
        { type: 'call.raise', data: { type: 'patient_normal', room_id: 'icu-102' } },
        { type: 'call.raise', data: { type: 'patient_normal', room_id: 'nowhere-1' } },
      ],
      ...['accept', 'arrive', 'decline', 'complete', 'cancel'].map((command): [Record<string, unknown>, Record<string, unknown>] => [
        { type: `call.${command}`, data: { call_id: call.id, reason: 'x' } },
        { type: `call.${command}`, data: { call_id: none, reason: 'x' } },
      ]),
    ];
    for (const { socket } of [stranger, strangeManager]) {
      for (const [foreign, unknown] of pairs) {
        const [answer, wanted] = [await socket.ask(foreign), await socket.ask(unknown)];
        expect([foreign['type'], answer.type, answer.code]).toEqual([foreign['type'], 'error', 'NOT_FOUND']);
        expect({ ...answer, re: '' }).toEqual({ ...wanted, re: '' });
      }
      expect((await socket.ask({ type: 'subscribe', dept: 'med' })).type).toBe('ok');
    }
    await anna.socket.ask({ type: 'subscribe', dept: 'icu' });
    await anna.command('WebSocket', 'accept', call.id);
    await anna.socket.until((frame) => frame.type === 'call.accepted');
    await asStation(wardline, 'med-201-bed')('POST', '/calls', { type: 'patient_normal' });
    await stranger.socket.until((frame) => frame.type === 'call.pending' && frame.dept === 'med');
    expect(stranger.socket.frames.filter((frame) => frame.dept === 'icu')).toEqual([]);
    expect(anna.socket.frames.filter((frame) => frame.dept === 'med')).toEqual([]);
  });

  it('an admin sees every department', async () => {
    expect((await admin.get('/departments')).body.items.map((one: AnyFrame) => one.id).sort()).toEqual(['icu', 'med', 'surg']);
    for (const dept of ['icu', 'med', 'surg']) {
      for (const path of [`/departments/${dept}/snapshot`, `/departments/${dept}/events?after=0`, `/calls?dept=${dept}`])
        expect((await admin.get(path)).status).toBe(200);
    }
    const socket = await Socket.open(wardline, admin.cookie);
    for (const dept of ['icu', 'med', 'surg']) expect((await socket.ask({ type: 'subscribe', dept })).type).toBe('ok');
    socket.close();
  });

  it('without a session every route is 401, whether what it names exists or not', async () => {
    for (const [method, path] of [
      ...[
        ['GET', '/departments'],
        ['GET', '/departments/icu/snapshot'],
        ['GET', '/departments/nowhere/snapshot'],
        ['GET', '/departments/icu/events'],
        ['GET', '/calls'],
      ],
      ...[
        ['GET', `/calls/${call.id as string}`],
        ['GET', `/calls/${randomUUID()}`],
        ['POST', '/calls'],
        ['POST', `/calls/${call.id as string}/accept`],
      ],
      ...[
        ['POST', '/departments/icu/shifts'],
        ['DELETE', '/departments/icu/shifts/mine'],
        ['POST', '/auth/password'],
        ['POST', '/auth/logout'],
        ['GET', '/stations/self'],
        ['POST', '/stations/self/calls'],
      ],
    ] as [string, string][]) {
      const answer = await request(wardline, method, `/api/v1${path}`, {
        ...(method === 'POST' && { body: {} }),
        headers: { 'idempotency-key': randomUUID() },
      });
      expect([method, path, answer.status]).toEqual([method, path, 401]);
    }
  });

  it('a membership that ends takes the sight with it', async () => {
    const leaver = await Person.come(wardline, 'icu-nurse-6');
    expect((await leaver.session.get('/departments/icu/snapshot')).status).toBe(200);
    await wardline.database.query('DELETE FROM memberships WHERE staff_id = $1', [leaver.id]);
    await eventually(
      async () => ((await leaver.session.get('/departments/icu/snapshot')).status === 404 ? true : undefined),
      'the end of the sight',
    );
    expect(await leaver.command('HTTP', 'cancel', call.id)).toMatchObject({ status: 404 });
  });
});

describe('who is deactivated', () => {
  it('has no session any more: 401 over HTTP, 4002 for sockets, 401 at sign-in', async () => {
    const wardline = await startTestWardline();
    try {
      const session = await signIn(wardline, 'icu-nurse-1');
      await wardline.database.query('UPDATE staff SET active = false WHERE username = $1', ['icu-nurse-1']);
      await eventually(async () => ((await sessionStatus(wardline, session.cookie)) === 401 ? true : undefined), 'the end of the session');
      expect((await connectUntilClosed(wardline, { cookie: session.cookie })).code).toBe(4002);
      expect((await login(wardline, { username: 'icu-nurse-1', password: passwordOf(wardline, 'icu-nurse-1') })).status).toBe(401);
    } finally {
      await wardline.stop();
    }
  });
});
