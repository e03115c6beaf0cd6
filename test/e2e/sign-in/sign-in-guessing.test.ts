import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { request, signIn, type Answer } from '../../support/clients/client.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';

let wardline: TestWardline;
/** Clocks move on by more than any window between tests. */
beforeAll(async () => {
  wardline = await startTestWardline({ env: { TRUSTED_PROXIES: '127.0.0.1' } });
});
afterAll(() => wardline.stop());

function login(username: string, password: string, from: string, cookie?: string): Promise<Answer> {
  const headers = { 'x-forwarded-for': from, ...(cookie !== undefined && { cookie }) };
  return request(wardline, 'POST', '/api/v1/auth/login', { body: { username, password }, headers });
}

function right(username: string): string {
  const person = wardline.firstRun.staff.find((one) => one.username === username);
  if (!person) throw new Error(`nobody is called ${username}`);
  return person.password;
}

/** All cookies that an answer sets, as a browser would send them back. */
function cookiesOf({ headers }: Answer): string {
  return (headers['set-cookie'] ?? []).map((line) => line.split(';', 1)[0]).join('; ');
}

async function guess(usernames: string[], addressOf: (turn: number) => string, cookie?: string): Promise<number[]> {
  const statuses: number[] = [];
  for (const [turn, username] of usernames.entries())
    statuses.push((await login(username, 'not-the-password', addressOf(turn), cookie)).status);
  return statuses;
}

describe('guessing', () => {
  it('from one IPv6 network is one, whatever address of it each guess comes from', async () => {
    const statuses = await guess(Array<string>(7).fill('icu-nurse-1'), (turn) => `2001:db8:0:7::${(turn + 1).toString(16)}`);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
    expect((await login('icu-nurse-1', right('icu-nurse-1'), '2001:db8:0:8::1')).status).toBe(200);
    await wardline.database.moveClock(1000);
  });

  it('at many accounts from one network meets SIGN_IN_RATE_LIMIT: 30 failures a minute, then 429 with Retry-After', async () => {
    const names = Array.from({ length: 33 }, (_, turn) => `nobody-${String(turn)}`);
    const statuses = await guess(names, (turn) => `2001:db8:0:9::${String(turn)}`);
    expect(statuses).toEqual([...Array<number>(30).fill(401), 429, 429, 429]);
    const refused = await login('nobody-40', 'x', '2001:db8:0:9::1');
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await login('nobody-41', 'x', '2001:db8:0:a::1')).status).toBe(401);
    await wardline.database.moveClock(61);
    expect((await login('nobody-42', 'x', '2001:db8:0:9::1')).status).toBe(401);
    await wardline.database.moveClock(1000);
  });

  it('at one account from ever new networks is delayed more and more, up to a minute', async () => {
    const statuses = await guess(Array<string>(12).fill('icu-nurse-2'), (turn) => `203.0.113.${String(turn)}`);
    expect(statuses).toEqual([...Array<number>(11).fill(401), 429]);
    const waits: number[] = [];
    for (let turn = 0; turn < 9; turn++) {
      const { status, headers } = await login('icu-nurse-2', right('icu-nurse-2'), '192.0.2.1');
      expect(status).toBe(429);
      const wait = Number(headers['retry-after']);
      waits.push(wait);
      await wardline.database.moveClock(wait);
      expect((await login('icu-nurse-2', 'not-the-password', `198.51.100.${String(turn)}`)).status).toBe(401);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
    await wardline.database.moveClock(60);
    expect((await login('icu-nurse-2', right('icu-nurse-2'), '192.0.2.1')).status).toBe(200);
    await wardline.database.moveClock(1000);
  });
});

describe('a ward is not locked out', () => {
  it('by five wrong tries for each of its accounts from its own address: browsers in which they have signed in before go on', async () => {
    const ward = '198.51.100.77';
    const names = wardline.firstRun.staff.map(({ username }) => username);
    const browsers = new Map<string, string>();
    for (const name of names) browsers.set(name, cookiesOf(await login(name, right(name), ward)));
    for (let turn = 0; turn < 5; turn++) {
      await guess(names, () => ward);
      await wardline.database.moveClock(61);
    }
    for (const name of names) {
      expect([name, (await login(name, right(name), ward)).status]).toEqual([name, 429]);
      expect([name, (await login(name, right(name), ward, browsers.get(name))).status]).toEqual([name, 200]);
    }
    await wardline.database.moveClock(1000);
  });

  it('but the browser has a budget, too, which is its own: five failures, wherever it is', async () => {
    const cookie = cookiesOf(await login('icu-nurse-3', right('icu-nurse-3'), '198.51.100.78'));
    const statuses = await guess(Array<string>(6).fill('icu-nurse-3'), (turn) => `198.51.100.${String(100 + turn)}`, cookie);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    expect((await login('icu-nurse-3', right('icu-nurse-3'), '198.51.100.78', cookie)).status).toBe(429);
    expect((await login('icu-nurse-3', right('icu-nurse-3'), '198.51.100.78')).status).toBe(200);
    await wardline.database.moveClock(1000);
  });

  it('a browser that several people use is known for each of them, and for nobody else', async () => {
    const first = await login('icu-nurse-4', right('icu-nurse-4'), '198.51.100.79');
    const second = await login('icu-nurse-5', right('icu-nurse-5'), '198.51.100.79', cookiesOf(first));
    const shared = cookiesOf(second);
    const names = ['icu-nurse-4', 'icu-nurse-5', 'icu-nurse-6'];
    for (const name of names) await guess(Array<string>(5).fill(name), () => '198.51.100.79');
    const statuses: number[] = [];
    for (const name of names) statuses.push((await login(name, right(name), '198.51.100.79', shared)).status);
    expect(statuses).toEqual([200, 200, 429]);
    await wardline.database.moveClock(1000);
  });

  it('the cookie of the browser is signed: HttpOnly, Secure, with its path, and no other can be made from it', async () => {
    const answer = await login('icu-nurse-4', right('icu-nurse-4'), '198.51.100.80');
    const line = answer.headers['set-cookie']?.[1] ?? '';
    expect(line).toMatch(/^__Host-wardline-device=[\w-]{20}\.[\w-]{20}; Max-Age=34560000; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    const [device = '', tag = ''] = (line.split(/[=;]/)[1] ?? '').split('.');
    await guess(Array<string>(5).fill('icu-nurse-4'), () => '198.51.100.80');
    await guess(Array<string>(5).fill('icu-nurse-1'), () => '198.51.100.80');
    const turned = Array.from(device).reverse().join('');
    const swapped = tag.startsWith('A') ? `B${tag.slice(1)}` : `A${tag.slice(1)}`;
    for (const value of [`${turned}.${tag}`, `${device}.${swapped}`, device, `${device}.${'A'.repeat(20)}`, '.', 'x'.repeat(900)]) {
      const { status } = await login('icu-nurse-4', right('icu-nurse-4'), '198.51.100.80', `__Host-wardline-device=${value}`);
      expect([value, status]).toEqual([value, 429]);
    }
    const other = await login('icu-nurse-1', right('icu-nurse-1'), '198.51.100.80', `__Host-wardline-device=${device}.${tag}`);
    expect(other.status).toBe(429);
    const own = await login('icu-nurse-4', right('icu-nurse-4'), '198.51.100.80', `__Host-wardline-device=${device}.${tag}`);
    expect(own.status).toBe(200);
    await wardline.database.moveClock(1000);
  });
});

describe('LOCAL_SIGN_IN', () => {
  it('admins: nobody else signs in with a password; a wrong one is a wrong one', async () => {
    const node = await startTestWardline({ sharedWith: wardline, env: { LOCAL_SIGN_IN: 'admins' } });
    try {
      expect((await signIn(node, 'admin')).user.role).toBe('admin');
      const body = { username: 'icu-nurse-1', password: right('icu-nurse-1') };
      const refused = await request(node, 'POST', '/api/v1/auth/login', { body });
      expect([refused.status, refused.body.error.code, refused.body.error.details]).toEqual([
        403,
        'FORBIDDEN',
        { reason: 'local_sign_in' },
      ]);
      expect(refused.headers['set-cookie']).toBeUndefined();
      const wrong = await request(node, 'POST', '/api/v1/auth/login', { body: { ...body, password: 'not-the-password' } });
      expect(wrong.status).toBe(401);
    } finally {
      await node.stop();
    }
  });

  it('off: nobody does', async () => {
    const node = await startTestWardline({ sharedWith: wardline, env: { LOCAL_SIGN_IN: 'off' } });
    try {
      const body = { username: 'admin', password: node.firstRun.admin.password };
      expect((await request(node, 'POST', '/api/v1/auth/login', { body })).status).toBe(403);
    } finally {
      await node.stop();
    }
  });
});
