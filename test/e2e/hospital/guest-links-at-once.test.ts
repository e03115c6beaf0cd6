import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AnyFrame, type Answer, request, type RequestOptions, type Session, signIn } from '../../support/clients/client.js';
import { closeAllCalls } from '../../support/clients/person.js';
import { eventually } from '../../support/eventually.js';
import { HeldTransaction } from '../../support/held-transaction.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';

/** A change that waits for the record's end has all its work behind it. */
const HOLD_RECORD = 'SELECT FROM audit_head FOR UPDATE';
const HOLD_QUEUE = 'SELECT FROM department_queue WHERE dept_id = $1 FOR UPDATE';

let wardline: TestWardline;
let admin: Session;
let held: HeldTransaction;
let turn = 0;

beforeAll(async () => {
  wardline = await startTestWardline({ env: { GUEST_LINK_SECRETS: 'a-guest-secret-of-at-least-32-characters' } });
  admin = await signIn(wardline, 'admin');
});
afterAll(() => wardline.stop());
beforeEach(async () => {
  held = await HeldTransaction.begin(wardline);
});
afterEach(async () => {
  await held.commit();
  await closeAllCalls(admin);
});

/** A room that no other test uses. */
async function freshRoom(): Promise<string> {
  const id = `icu-9${String((turn += 1)).padStart(2, '0')}`;
  expect((await admin.post('/admin/departments/icu/rooms', { id, name: id })).status).toBe(201);
  return id;
}

async function freshBed(room: string): Promise<string> {
  const id = `${room}-b${String((turn += 1))}`;
  expect((await admin.post('/admin/departments/icu/beds', { id, room_id: room, name: 'G' })).status).toBe(201);
  return id;
}

describe('a guest link', () => {
  const get = (path: string, options: RequestOptions = {}): Promise<Answer> => request(wardline, 'GET', path, options);
  const press = (path: string, cookie: string): Promise<Answer> =>
    request(wardline, 'POST', path, {
      body: new URLSearchParams({ key: randomUUID() }).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: wardline.url, cookie },
    });
  const devicesOf = (bed: string) => wardline.database.query('SELECT FROM guest_devices WHERE bed_id = $1', [bed]);
  const end = (bed: string) => admin.send('DELETE', `/admin/departments/icu/beds/${bed}/guest-link`);

  /** A bed with a link, and a device that has opened it. */
  async function opened(room: string): Promise<{ bed: string; path: string; cookie: string }> {
    const bed = await freshBed(room);
    const { body } = await admin.post(`/admin/departments/icu/beds/${bed}/guest-link`);
    const path = body.path as string;
    const cookie = (await get(path)).headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    expect((await get(`${path}/state`, { headers: { cookie } })).status).toBe(200);
    return { bed, path, cookie };
  }
  async function callAt(bed: string): Promise<AnyFrame> {
    const { body } = await admin.get('/calls?dept=icu&state=open&limit=200');
    return body.items.find((one: AnyFrame) => one.bed_id === bed);
  }

  it('that is just ending keeps no device: the next patient has all three places', async () => {
    const { bed, path, cookie } = await opened(await freshRoom());
    await held.query(HOLD_RECORD);
    const ending = end(bed);
    await held.untilWaiting('%append_audit%');
    const looking = get(`${path}/state`, { headers: { cookie } });
    const pressing = press(path, cookie);
    await held.untilWaiting('%guest_%', 2);
    await held.commit();
    expect((await ending).status).toBe(204);
    expect((await looking).status).toBe(404);
    expect((await pressing).status).toBe(404);
    expect(await devicesOf(bed)).toEqual([]);
    expect(await callAt(bed)).toBeUndefined();
  });

  it('that has ended before a press has its turn raises no call', async () => {
    const room = await freshRoom();
    const { bed, path, cookie } = await opened(room);
    const { body } = await admin.post('/admin/stations', { id: `${room}-bath`, room_id: room, kind: 'bathroom' });
    // A room has two connections: these take them.
    await held.query(HOLD_QUEUE, ['icu']);
    const others = ['service_request', 'staff_assist'].map((type) =>
      request(wardline, 'POST', '/api/v1/stations/self/calls', {
        body: { type },
        headers: { authorization: `Bearer ${body.key as string}` },
      }),
    );
    await held.untilWaiting('%', 2);
    await wardline.database.query(`UPDATE guest_devices SET last_seen_at = app_now() - interval '5 minutes' WHERE bed_id = $1`, [bed]);
    const pressing = press(path, cookie);
    await eventually(async () => {
      const [device] = await wardline.database.query<{ here: boolean }>(
        `SELECT last_seen_at > app_now() - interval '1 minute' AS here FROM guest_devices WHERE bed_id = $1`,
        [bed],
      );
      return device?.here ? true : undefined;
    }, 'the admission of the press');
    expect((await end(bed)).status).toBe(204);
    await held.commit();
    await Promise.all(others);
    expect((await pressing).status).toBe(404);
    expect(await callAt(bed)).toBeUndefined();
  });

  it('is used by three devices, of however many come at once', async () => {
    const { bed, path } = await opened(await freshRoom());
    await held.query('SELECT FROM guest_links WHERE bed_id = $1 FOR UPDATE', [bed]);
    const coming = ['a', 'b', 'c', 'd'].map((agent) => get(`${path}/state`, { headers: { 'user-agent': agent } }));
    await held.untilWaiting('%guest_links%', 4);
    await held.commit();
    expect((await Promise.all(coming)).map(({ status }) => status).sort()).toEqual([200, 200, 403, 403]);
    expect(await devicesOf(bed)).toHaveLength(3);
  });
});
