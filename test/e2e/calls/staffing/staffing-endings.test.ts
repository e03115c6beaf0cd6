import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { signIn, signInFirst, type AnyFrame, type Session } from '../../../support/clients/client.js';
import { readLog } from '../../../support/clients/person.js';
import { startTestWardline, type TestWardline } from '../../../support/wardline.js';

const ROOMS = ['icu-x1', 'icu-x2', 'icu-x3'] as const;

let wardline: TestWardline;
let admin: Session;
let leaver: Session;
let stayer: Session;
let turn = 0;
/** The head of icu's log when the test began. */
let start: number;

beforeAll(async () => {
  wardline = await startTestWardline({ env: { CLIENT_RATE_LIMIT: '0' } });
  admin = await signIn(wardline, 'admin');
  stayer = await signIn(wardline, 'icu-nurse-1');
  for (const id of ROOMS) expect((await admin.post('/admin/departments/icu/rooms', { id, name: id })).status).toBe(201);
});
afterAll(() => wardline.stop());

/** A person who is excluded, primary of the first room and backup of the second; the third is not theirs. */
beforeEach(async () => {
  const username = `leaver-${String((turn += 1))}`;
  const made = await admin.post('/admin/staff', { username, name: 'Somebody', role: 'nurse', password: 'a password of theirs' });
  expect(made.status).toBe(201);
  const id = made.body.id as string;
  for (const dept of ['icu', 'med']) expect((await admin.post('/admin/memberships', { staff_id: id, dept })).status).toBe(201);
  leaver = await signInFirst(wardline, username, 'a password of theirs');
  for (const dept of ['icu', 'med']) {
    const until = new Date(Date.now() + 3_600_000).toISOString();
    expect((await admin.post(`/departments/${dept}/exclusions`, { staff_id: id, until, reason: 'training' })).status).toBe(201);
  }
  await assign(ROOMS[0], { primary: id, backup: stayer.user.id });
  await assign(ROOMS[1], { primary: stayer.user.id, backup: id });
  await assign(ROOMS[2], { primary: stayer.user.id });
  start = (await admin.get('/departments/icu/events?after=0&limit=1')).body.head as number;
});

async function assign(room: string, body: Record<string, unknown>): Promise<void> {
  expect((await admin.send('PUT', `/departments/icu/assignments/${room}`, body)).status).toBe(200);
}

async function listed(what: string, dept = 'icu'): Promise<AnyFrame[]> {
  return (await admin.get(`/departments/${dept}/${what}`)).body.items;
}

async function told(dept = 'icu', since = start): Promise<[string, AnyFrame][]> {
  const types = ['nurse.restored', 'room.unassigned', 'room.assigned'];
  return (await readLog(admin, dept, since)).filter(({ type }) => types.includes(type)).map(({ type, data }) => [type, data]);
}

function toldOfLeaving() {
  const actor = expect.any(String) as string;
  return [
    ['nurse.restored', { staff_id: leaver.user.id, exclusion_id: actor }],
    ['room.unassigned', { room_id: ROOMS[0], reason: 'staff_left' }],
    ['room.assigned', { room_id: ROOMS[1], primary_id: stayer.user.id, backup_id: null, until: null }],
  ];
}

describe('with a membership', () => {
  it('exclusion and assignments of that department end, and are told; what is elsewhere stays', async () => {
    expect((await admin.send('DELETE', `/admin/memberships/${leaver.user.id}/icu`)).status).toBe(204);
    expect((await listed('exclusions')).filter((one) => one.staff_id === leaver.user.id)).toEqual([]);
    expect((await listed('assignments')).map((one) => [one.room_id, one.primary, one.backup])).toEqual([
      [ROOMS[1], stayer.user.id, null],
      [ROOMS[2], stayer.user.id, null],
    ]);
    expect(await told()).toEqual(toldOfLeaving());
    expect((await listed('exclusions', 'med')).map((one) => one.staff_id)).toContain(leaver.user.id);
  });

  it('that cannot be removed nothing ends', async () => {
    expect((await admin.send('DELETE', `/admin/memberships/${leaver.user.id}/surg`)).status).toBe(404);
    expect(await told()).toEqual([]);
    expect(await listed('assignments')).toHaveLength(3);
  });

  it('an order that is being given at that moment ends too, or is refused', async () => {
    const id = leaver.user.id;
    const [removed, given] = await Promise.all([
      admin.send('DELETE', `/admin/memberships/${id}/icu`),
      admin.send('PUT', `/departments/icu/assignments/${ROOMS[2]}`, { primary: id }),
    ]);
    expect(removed.status).toBe(204);
    expect([200, 404]).toContain(given.status);
    expect((await listed('assignments')).filter((one) => one.primary === id || one.backup === id)).toEqual([]);
  });
});

describe('with an account', () => {
  it('that is deactivated, all of them end in every department', async () => {
    const med = (await admin.get('/departments/med/events?after=0&limit=1')).body.head as number;
    expect((await admin.send('DELETE', `/admin/staff/${leaver.user.id}`)).status).toBe(204);
    expect(await told()).toEqual(toldOfLeaving());
    expect((await told('med', med)).map(([type]) => type)).toEqual(['nurse.restored']);
    for (const dept of ['icu', 'med'])
      expect((await listed('exclusions', dept)).filter((one) => one.staff_id === leaver.user.id)).toEqual([]);
  });

  it('an order that is being given at that moment ends too, or is refused', async () => {
    const id = leaver.user.id;
    const [gone, given] = await Promise.all([
      admin.send('DELETE', `/admin/staff/${id}`),
      admin.send('PUT', `/departments/icu/assignments/${ROOMS[2]}`, { primary: id }),
    ]);
    expect(gone.status).toBe(204);
    expect([200, 404]).toContain(given.status);
    expect((await listed('assignments')).filter((one) => one.primary === id || one.backup === id)).toEqual([]);
  });
});

describe('with a room', () => {
  it('that is retired, its assignment ends, and is told', async () => {
    const room = `icu-y${String(turn)}`;
    expect((await admin.post('/admin/departments/icu/rooms', { id: room, name: room })).status).toBe(201);
    await assign(room, { primary: stayer.user.id });
    // The room's own making, and its assignment.
    const since = start + 2;
    expect((await admin.send('DELETE', `/admin/departments/icu/rooms/${room}`)).status).toBe(204);
    expect(await told('icu', since)).toEqual([['room.unassigned', { room_id: room, reason: 'room_retired' }]]);
    expect((await listed('assignments')).filter((one) => one.room_id === room)).toEqual([]);
  });
});
