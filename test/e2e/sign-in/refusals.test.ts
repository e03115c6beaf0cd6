import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Refusals } from '../../../src/identity/audit/refusals.service.js';
import { Clock } from '../../../src/platform/common/clock.js';
import { request, signIn, Socket, type Session } from '../../support/clients/client.js';
import { askForUpgrade, connectUntilClosed } from '../../support/clients/upgrade.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';

interface Entry {
  actor: string;
  action: string;
  target: string | null;
  address: string | null;
  /** A sign-in with a wrong password has none. */
  detail: { count: number; reason?: string } | null;
}

let wardline: TestWardline;
let admin: Session;
let nurse: Session;
beforeAll(async () => {
  wardline = await startTestWardline();
  [admin, nurse] = (await Promise.all(['admin', 'icu-nurse-1'].map((name) => signIn(wardline, name)))) as [Session, Session];
});
afterAll(() => wardline.stop());

async function records(action: string): Promise<Entry[]> {
  return (await admin.get(`/admin/audit?action=${action}&result=refused`)).body.items as Entry[];
}

/** The minute is over: what has repeated meanwhile is written. */
async function minuteLater(): Promise<void> {
  const clock = wardline.app.get(Clock, { strict: false });
  const now = clock.monotonic.bind(clock);
  clock.monotonic = () => now() + 61_000;
  await wardline.app.get(Refusals, { strict: false }).flush();
  clock.monotonic = now;
}

const kinds: [string, () => Promise<number | undefined>, number, string][] = [
  ['access.csrf', async () => (await nurse.post('/departments/icu/shifts', undefined, { 'x-csrf-token': 'wrong' })).status, 403, 'staff'],
  [
    'access.origin',
    async () => (await request(wardline, 'GET', '/api/v1/departments', { headers: { origin: 'https://evil.example' } })).status,
    403,
    'anonymous',
  ],
  [
    'access.forged_cookie',
    async () => (await request(wardline, 'GET', '/api/v1/departments', { headers: { cookie: '__Host-wardline=a.b' } })).status,
    401,
    'anonymous',
  ],
  [
    'access.station_key',
    async () => (await request(wardline, 'GET', '/api/v1/stations/self', { headers: { authorization: 'Bearer wrong' } })).status,
    401,
    'anonymous',
  ],
  ['access.foreign_department', async () => (await nurse.get('/departments/med/snapshot')).status, 404, 'staff'],
  ['access', async () => (await nurse.get('/admin/staff')).status, 403, 'staff'],
];

describe('refusals in the record', () => {
  it.each(kinds)(
    '%s: the first at once, those that repeat within the minute as one with a count',
    async (action, refuse, status, actor) => {
      for (let turn = 0; turn < 8; turn++) expect(await refuse()).toBe(status);
      const [first, ...more] = await records(action);
      expect(more).toEqual([]);
      expect(first).toMatchObject({ address: '127.0.0.1', detail: { count: 1 } });
      expect(first?.actor.split(':')[0]).toBe(actor);
      expect(first?.target).toMatch(/^GET|POST \/api\/v1\//);
      await minuteLater();
      expect((await records(action)).map(({ detail }) => detail?.count)).toEqual([7, 1]);
      expect(await refuse()).toBe(status);
      expect((await records(action)).map(({ detail }) => detail?.count)).toEqual([1, 7, 1]);
      expect((await admin.get('/admin/audit/verify')).body).toMatchObject({ ok: true });
    },
  );

  it('of a capability: at a route of the managers, once with a count', async () => {
    const other = await signIn(wardline, 'med-nurse-1');
    const own = async () => (await records('access')).filter(({ actor }) => actor === `staff:${other.user.id}`);
    for (let turn = 0; turn < 8; turn++) expect((await other.get('/departments/med/exclusions')).status).toBe(403);
    expect(await own()).toMatchObject([{ target: 'GET /api/v1/departments/med/exclusions', detail: { count: 1, reason: 'forbidden' } }]);
    await minuteLater();
    expect((await own()).map(({ detail }) => detail?.count)).toEqual([7, 1]);
  });

  it('a sign-in that is locked', async () => {
    const login = () =>
      request(wardline, 'POST', '/api/v1/auth/login', { body: { username: 'icu-nurse-2', password: 'not the password' } });
    for (let turn = 0; turn < 5; turn++) expect((await login()).status).toBe(401);
    for (let turn = 0; turn < 4; turn++) expect((await login()).status).toBe(429);
    await minuteLater();
    const locked = (await records('sign_in')).filter(({ detail }) => detail?.reason === 'rate_limited');
    expect(locked.map(({ detail }) => detail?.count)).toEqual([3, 1]);
    expect(JSON.stringify(locked)).not.toContain('icu-nurse-2');
  });

  it('over a socket and at its upgrade, too', async () => {
    await minuteLater();
    const socket = await Socket.open(wardline, nurse.cookie);
    for (let turn = 0; turn < 3; turn++) {
      const answer = await socket.ask({ type: 'subscribe', dept: 'med', id: randomUUID() });
      expect(answer.code).toBe('NOT_FOUND');
    }
    socket.close();
    await askForUpgrade(wardline, '/ws', { origin: 'https://evil.example' });
    await connectUntilClosed(wardline, { cookie: '__Host-wardline=a.b' });
    await minuteLater();
    expect((await records('access.foreign_department'))[1]).toMatchObject({ target: 'frame subscribe', detail: { count: 1 } });
    for (const action of ['access.origin', 'access.forged_cookie']) expect((await records(action))[0]?.target).toBe('GET /ws');
  });
});
