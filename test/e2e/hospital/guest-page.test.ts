import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signGuestToken } from '../../../src/ward/guests/guest-token.js';
import { type AnyFrame, type Answer, request, type RequestOptions, type Session, signIn } from '../../support/clients/client.js';
import { HeldTransaction } from '../../support/held-transaction.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';

const SECRET = 'a-guest-secret-of-at-least-32-characters';
const OLD_SECRET = 'an-old-guest-secret-of-32-characters-or-more';

let wardline: TestWardline;
let admin: Session;
let nurse: Session;
let turn = 0;

beforeAll(async () => {
  wardline = await startTestWardline({ env: { GUEST_LINK_SECRETS: `${SECRET},${OLD_SECRET}` } });
  [admin, nurse] = await Promise.all([signIn(wardline, 'admin'), signIn(wardline, 'icu-nurse-1')]);
});

afterAll(() => wardline.stop());

async function linkOf(bed: string): Promise<string> {
  const { status, body } = await admin.post(`/admin/departments/icu/beds/${bed}/guest-link`);
  expect(status).toBe(201);
  return body.path as string;
}

/** A link of a bed that no other test uses. */
async function freshLink(): Promise<{ path: string; bed: string }> {
  const bed = `icu-guest-${String((turn += 1))}`;
  expect((await admin.post('/admin/departments/icu/beds', { id: bed, room_id: 'icu-101', name: 'G' })).status).toBe(201);
  return { path: await linkOf(bed), bed };
}

const get = (path: string, options: RequestOptions = {}): Promise<Answer> => request(wardline, 'GET', path, options);

/** Sends the form as a browser does. */
function press(path: string, fields: Record<string, string> = {}, headers: Record<string, string> = {}): Promise<Answer> {
  return request(wardline, 'POST', path, {
    body: new URLSearchParams({ key: randomUUID(), ...fields }).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: wardline.url, ...headers },
  });
}

const stateOf = (page: Answer) => /data-guest-state="(\w+)"/.exec(page.body as string)?.[1];

async function openCallAt(bed: string): Promise<AnyFrame> {
  const { body } = await admin.get('/calls?dept=icu&state=open&limit=200');
  return body.items.find((one: AnyFrame) => one.bed_id === bed);
}

/** A browser, by its cookie. */
async function newDevice(path: string): Promise<{ cookie: string; page: Answer }> {
  const page = await get(path);
  return { cookie: page.headers['set-cookie']?.[0]?.split(';')[0] ?? '', page };
}

describe('the guest page', () => {
  it('has one button and the state, names nobody and no other bed, and is small', async () => {
    const { path } = await freshLink();
    const page = await get(path);
    expect(page.status).toBe(200);
    expect((page.body as string).match(/<button/g)).toHaveLength(1);
    expect(page.body).toContain('<button data-guest="press" id="press">');
    expect(stateOf(page)).toBe('idle');
    expect(page.body).not.toMatch(/Amina|Haddad|icu-102|Room 10/);
    const assets = await Promise.all(['css', 'js'].map((kind) => get(`/g/-/guest.${kind}`)));
    expect(assets.map(({ status }) => status)).toEqual([200, 200]);
    const weight = [page, ...assets].reduce((sum, { body }) => sum + gzipSync(String(body)).length, 0);
    expect(weight).toBeLessThan(15_000);
  });

  it('carries a policy that lets nothing else in, and a referrer policy with which its form is sent', async () => {
    const { path } = await freshLink();
    const { headers } = await get(path);
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(headers['referrer-policy']).toBe('same-origin');
    expect(headers['cache-control']).toBe('no-store');
  });

  it("is in each of the facility's languages", async () => {
    const { path } = await freshLink();
    const arabic = await get(path, { headers: { 'accept-language': 'ar-EG,ar;q=0.9' } });
    expect(arabic.body).toMatch(/<html lang="ar" dir="rtl">/);
    expect(arabic.body).toContain('ماء');
    const german = await get(`${path}?lang=de`, { headers: { 'accept-language': 'ar' } });
    expect(german.body).toMatch(/<html lang="de" dir="ltr">/);
    expect(german.body).toContain('Schmerzen');
    expect((await get(path, { headers: { 'accept-language': 'xx' } })).body).toMatch(/<html lang="en"/);
  });

  it('calls without JavaScript, and shows how far help has come', async () => {
    const { path, bed } = await freshLink();
    const pressed = await press(path);
    expect([pressed.status, pressed.headers.location]).toEqual([303, path]);
    expect(stateOf(await get(path))).toBe('sent');
    const call = await openCallAt(bed);
    expect(call).toMatchObject({ type: 'patient_normal', bed_id: bed, station_id: null, state: 'pending' });
    await nurse.post('/departments/icu/shifts');
    await nurse.post(`/calls/${call.id as string}/accept`);
    expect(stateOf(await get(path))).toBe('on_the_way');
    await nurse.post(`/calls/${call.id as string}/arrive`);
    await nurse.post(`/calls/${call.id as string}/complete`);
    expect(stateOf(await get(path))).toBe('done');
    // The next patient's link knows nothing of it.
    const later = await freshLink();
    await press(later.path);
    const other = await openCallAt(later.bed);
    for (const command of ['accept', 'arrive', 'complete']) await nurse.post(`/calls/${other.id as string}/${command}`);
    expect(stateOf(await get(later.path))).toBe('done');
    await admin.send('DELETE', `/admin/departments/icu/beds/${later.bed}/guest-link`);
    expect(stateOf(await get(await linkOf(later.bed)))).toBe('idle');
    await wardline.database.moveClock(121);
    expect(stateOf(await get(path))).toBe('idle');
  });

  it('raises what the patient wishes for, of the types that the facility names, and nothing else', async () => {
    const { path, bed } = await freshLink();
    expect((await press(path, { type: 'water' })).status).toBe(303);
    expect(await openCallAt(bed)).toMatchObject({ type: 'water' });
    for (const type of ['code_blue', 'bed_exit', 'no_such_type']) expect((await press(path, { type })).status).toBe(400);
  });

  it('counts a form that is sent twice once, and a second press as a repeat', async () => {
    const { path, bed } = await freshLink();
    const key = randomUUID();
    await press(path, { key });
    await press(path, { key });
    expect(await openCallAt(bed)).toMatchObject({ repeats: 0 });
    await press(path);
    expect(await openCallAt(bed)).toMatchObject({ repeats: 1 });
  });

  it('tells a waiting page as soon as the state has changed', async () => {
    const { path } = await freshLink();
    const waiting = get(`${path}/state?known=idle&wait=20`);
    const json = await press(path, {}, { accept: 'application/json' });
    expect(json).toMatchObject({ status: 200, body: { state: 'sent' } });
    expect((await waiting).body).toEqual({ state: 'sent' });
  });
});

describe('a guest link', () => {
  const claim = { bedId: 'icu-101-a', generation: 1, expires: Math.floor(Date.now() / 1000) + 3600 };

  it('is 404 when it is forged, expired or ended, and works again when it is made anew', async () => {
    const { path, bed } = await freshLink();
    const forged = `${path.slice(0, -1)}${path.endsWith('A') ? 'B' : 'A'}`;
    const [, , signature = ''] = /^(.*)\.(.+)$/.exec(path) ?? [];
    const other = path.replace(bed, 'icu-102-a');
    const expired = `/g/${signGuestToken(SECRET, { bedId: bed, generation: 1, expires: claim.expires - 7200 })}`;
    const strange = `/g/${signGuestToken('some-other-secret-of-32-characters-or-more', { ...claim, bedId: bed })}`;
    for (const bad of [forged, other, expired, strange, '/g/x', `/g/${signature}`, '/g/%00']) {
      expect((await get(bad)).status, bad).toBe(404);
      expect((await press(bad)).status, bad).toBe(404);
      expect((await get(`${bad}/state`)).status, bad).toBe(404);
    }
    expect((await admin.send('DELETE', `/admin/departments/icu/beds/${bed}/guest-link`)).status).toBe(204);
    expect((await get(path)).status).toBe(404);
    expect((await press(path)).status).toBe(404);
    expect((await get(await linkOf(bed))).status).toBe(200);
    expect((await get(path)).status).toBe(404);
  });

  it('is verified by every secret, and listed and audited', async () => {
    const { path, bed } = await freshLink();
    expect((await get(`/g/${signGuestToken(OLD_SECRET, { ...claim, bedId: bed })}`)).status).toBe(200);
    const { body } = await admin.get('/admin/departments/icu/guest-links?limit=200');
    expect(body.items.map((one: AnyFrame) => one.bed_id)).toContain(bed);
    expect(JSON.stringify(body)).not.toContain(path);
    const audit = await admin.get(`/admin/audit?action=guest_link.issue`);
    expect(JSON.stringify(audit.body)).toContain(`bed:${bed}`);
    expect(JSON.stringify(audit.body)).not.toContain(path);
    expect((await nurse.post(`/admin/departments/icu/beds/${bed}/guest-link`)).status).toBe(403);
    expect((await admin.post('/admin/departments/med/beds/icu-101-a/guest-link')).status).toBe(404);
  });

  it('is asked for a limited number of times, and pressed without limit', async () => {
    const { path, bed } = await freshLink();
    const statuses = new Set<number>();
    for (let count = 0; count < 130; count++) statuses.add((await get(`${path}/state`)).status);
    expect([...statuses].sort()).toEqual([200, 429]);
    for (let count = 0; count < 10; count++) expect((await press(path)).status).toBe(303);
    expect(await openCallAt(bed)).toMatchObject({ repeats: 9 });
  });

  it('is pressed without limit from an address that many share', async () => {
    const { path } = await freshLink();
    expect((await admin.send('PATCH', '/admin/limits', { HTTP_RATE_LIMIT: '3/60' })).status).toBe(200);
    const looks = new Set<number>();
    for (let count = 0; count < 6; count++) looks.add((await get('/api/openapi.json')).status);
    expect(looks).toContain(429);
    for (let count = 0; count < 6; count++) expect((await press(path)).status).toBe(303);
    expect((await admin.send('PATCH', '/admin/limits', { HTTP_RATE_LIMIT: '0' })).status).toBe(200);
  });

  it('says in words for a patient why it is no page', async () => {
    const refused = await get('/g/x?lang=de', { headers: { accept: 'text/html' } });
    expect([refused.status, refused.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
    expect(refused.body).toContain('Ruftaster');
    expect(refused.headers['content-security-policy']).toContain("default-src 'none'");
    const { path } = await freshLink();
    const unknown = await press(path, { type: 'no_such_type' }, { accept: 'text/html', 'accept-language': 'en' });
    expect(unknown.status).toBe(400);
    expect(unknown.body).toContain('NOT sent');
  });

  it('is pressed from its own page only', async () => {
    const { path } = await freshLink();
    for (const origin of ['https://evil.example', 'null']) expect((await press(path, {}, { origin })).status).toBe(403);
    const without = await request(wardline, 'POST', path, {
      body: `key=${randomUUID()}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect([without.status, without.body.error.code]).toEqual([403, 'ORIGIN_FORBIDDEN']);
  });

  it('opens nothing else: a form is no body for the API', async () => {
    const answer = await request(wardline, 'POST', '/api/v1/auth/login', {
      body: 'username=admin&password=x',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(answer.status).toBe(415);
  });

  it('places no call at a bed that is just being retired', async () => {
    const { path, bed } = await freshLink();
    await get(path);
    const held = await HeldTransaction.begin(wardline);
    try {
      await held.query('SELECT FROM dept_stream WHERE dept_id = $1 FOR UPDATE', ['icu']);
      const retiring = admin.send('DELETE', `/admin/departments/icu/beds/${bed}`);
      await held.untilWaiting('%append_events%');
      const { cookie } = await newDevice(path);
      const pressing = press(path, {}, { cookie });
      await held.untilWaiting('%', 2);
      await held.commit();
      expect((await retiring).status).toBe(204);
      expect((await pressing).status).toBe(404);
      expect(await openCallAt(bed)).toBeUndefined();
    } finally {
      await held.commit();
    }
  });

  // The last one: a day passes in it, and with it the sessions.
  it('serves three devices, and the fourth is told to use the button', async () => {
    const { path } = await freshLink();
    for (let count = 0; count < 3; count++) {
      const { cookie, page } = await newDevice(path);
      expect(page.status).toBe(200);
      expect((await get(`${path}/state`, { headers: { cookie } })).status).toBe(200);
    }
    const fourth = await newDevice(path);
    expect(fourth.page.status).toBe(403);
    expect(fourth.page.body).not.toContain('<button');
    expect((await press(path, {}, { 'user-agent': 'a fourth' })).status).toBe(403);
    await wardline.database.moveClock(90_000);
    expect((await get(path)).status).toBe(200);
  });
});
