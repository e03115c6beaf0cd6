import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AnyFrame, asStation, request, type Session, signIn } from '../../support/clients/client.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';

let wardline: TestWardline;
let admin: Session;
let nurse: Session;
let stranger: Session;

beforeAll(async () => {
  wardline = await startTestWardline();
  [admin, nurse, stranger] = await Promise.all([
    signIn(wardline, 'admin'),
    signIn(wardline, 'icu-nurse-1'),
    signIn(wardline, 'med-nurse-1'),
  ]);
});

afterAll(() => wardline.stop());

async function directoryOf(dept: string): Promise<AnyFrame> {
  const { status, body } = await admin.get(`/departments/${dept}`);
  expect(status).toBe(200);
  return body;
}

/** The parts that `directory.changed` has named in the department's log, oldest first. */
async function changesOf(dept: string): Promise<string[]> {
  const rows = await wardline.database.query<{ changed: string[] }>(
    `SELECT ARRAY(SELECT jsonb_array_elements_text(payload::jsonb -> 'changed')) AS changed FROM events
     WHERE dept_id = $1 AND type = 'directory.changed' ORDER BY seq`,
    [dept],
  );
  return rows.flatMap((row) => row.changed);
}

/** The events that `work` adds to the department's log. */
async function newsOf(dept: string, work: () => Promise<{ status: number }>): Promise<string[]> {
  const before = (await changesOf(dept)).length;
  const { status } = await work();
  expect(status).toBeLessThan(300);
  return (await changesOf(dept)).slice(before);
}

describe("a department's directory", () => {
  it('names rooms, beds, stations, call types and colleagues for members', async () => {
    const { status, body } = await nurse.get('/departments/icu');
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: 'icu', name: expect.any(String), languages: expect.any(Array) });
    expect(body.rooms).toContainEqual({ id: 'icu-101', name: expect.any(String) });
    expect(body.beds).toContainEqual({ id: 'icu-101-a', room_id: 'icu-101', name: expect.any(String) });
    expect(body.stations.find((one: AnyFrame) => one.id === 'icu-101-bed')).toMatchObject({ bed_id: 'icu-101-a', kind: 'bedside' });
    expect(body.call_types.find((one: AnyFrame) => one.id === 'code_blue')).toMatchObject({
      ...{ rank: 2, dispatch: 'broadcast', cancel_policy: 'station_or_complete', retired: false },
      labels: { en: 'Code Blue' },
    });
    expect(body.staff.map((one: AnyFrame) => one.id)).toContain(nurse.user.id);
    expect(JSON.stringify(body)).not.toContain('med-201');
  });

  it('does not exist for strangers, stations and departments that are none', async () => {
    expect((await stranger.get('/departments/icu')).status).toBe(404);
    expect((await admin.get('/departments/none')).status).toBe(404);
    expect((await request(wardline, 'GET', '/api/v1/departments/icu')).status).toBe(401);
  });

  it('is 304 until something of it has changed', async () => {
    const ask = (tag: string) =>
      request(wardline, 'GET', '/api/v1/departments/icu', { headers: { cookie: nurse.cookie, 'if-none-match': tag } });
    const first = await nurse.get('/departments/icu');
    const tag = String(first.headers.etag);
    expect((await ask(tag)).status).toBe(304);
    await admin.send('PATCH', '/admin/departments/icu/rooms/icu-102', { name: 'Window room' });
    const after = await ask(tag);
    expect(after.status).toBe(200);
    expect(after.body.rooms).toContainEqual({ id: 'icu-102', name: 'Window room' });
    expect(after.headers.etag).not.toBe(tag);
  });

  it('has a label in each language of the facility, whatever the type brings', async () => {
    await admin.send('PATCH', '/admin/facility', { languages: ['de', 'en-GB', 'fr'] });
    await admin.post('/admin/call-types', {
      id: 'music',
      rank: 0,
      dispatch: 'assigned',
      cancel_policy: 'on_duty',
      labels: { fr: 'Musique' },
    });
    const { languages, call_types } = await directoryOf('icu');
    expect(languages).toEqual(['de', 'en-GB', 'fr']);
    const labelsOf = (id: string) => call_types.find((one: AnyFrame) => one.id === id).labels as unknown;
    expect(labelsOf('patient_normal')).toEqual({ de: 'Patientenruf', 'en-GB': 'Patient call', fr: 'Patientenruf' });
    expect(labelsOf('music')).toEqual({ de: 'music', 'en-GB': 'music', fr: 'Musique' });
    await admin.send('PATCH', '/admin/facility', { languages: ['en'] });
  });
});

describe('directory.changed', () => {
  it('tells the department of each change, in the same transaction, and no other department', async () => {
    const elsewhere = await changesOf('surg');
    const A = '/admin/departments/icu';
    expect(await newsOf('icu', () => admin.send('PATCH', A, { name: 'ICU' }))).toEqual(['department']);
    expect(await newsOf('icu', () => admin.post(`${A}/rooms`, { id: 'icu-new', name: 'New' }))).toEqual(['rooms']);
    expect(await newsOf('icu', () => admin.send('PATCH', `${A}/rooms/icu-new`, { name: 'Newer' }))).toEqual(['rooms']);
    expect(await newsOf('icu', () => admin.post(`${A}/beds`, { id: 'icu-new-a', room_id: 'icu-new', name: 'A' }))).toEqual(['beds']);
    expect(await newsOf('icu', () => admin.send('PATCH', `${A}/beds/icu-new-a`, { name: 'B' }))).toEqual(['beds']);
    const station = { id: 'icu-new-bed', room_id: 'icu-new', bed_id: 'icu-new-a', kind: 'bedside' };
    expect(await newsOf('icu', () => admin.post('/admin/stations', station))).toEqual(['stations']);
    expect(await newsOf('icu', () => admin.send('PATCH', '/admin/stations/icu-new-bed', { name: 'Bedside' }))).toEqual(['stations']);
    expect(await newsOf('icu', () => admin.send('DELETE', '/admin/stations/icu-new-bed'))).toEqual(['stations']);
    expect(await newsOf('icu', () => admin.send('DELETE', `${A}/beds/icu-new-a`))).toEqual(['beds']);
    expect(await newsOf('icu', () => admin.send('DELETE', `${A}/rooms/icu-new`))).toEqual(['rooms']);
    expect(await newsOf('icu', () => admin.send('PATCH', `/admin/staff/${nurse.user.id}`, { name: 'Ada' }))).toEqual(['staff']);
    expect(await changesOf('surg')).toEqual(elsewhere);
  });

  it('tells every department of what all share', async () => {
    const labels = { en: 'Assist' };
    for (const dept of ['icu', 'med', 'surg']) {
      expect(await newsOf(dept, () => admin.send('PATCH', '/admin/call-types/staff_assist', { labels }))).toEqual(['call_types']);
      expect(await newsOf(dept, () => admin.send('PATCH', '/admin/facility', { name: 'St. Jude' }))).toEqual(['facility']);
    }
  });

  it('says nothing of a change that was refused', async () => {
    const before = await changesOf('icu');
    expect((await admin.post('/admin/departments/icu/rooms', { id: 'icu-101', name: 'Twice' })).status).toBe(409);
    expect((await admin.send('DELETE', '/admin/departments/icu/rooms/icu-101')).status).toBe(409);
    expect((await admin.send('PATCH', '/admin/stations/none', { name: 'x' })).status).toBe(404);
    expect(await changesOf('icu')).toEqual(before);
  });
});

describe('a station', () => {
  const open = async (id: string) => {
    const { body } = await asStation(wardline, id)('POST', '/calls', { type: 'patient_normal' });
    return body;
  };

  it('raises the types of its kind, or of its own list, and no other', async () => {
    const bath = asStation(wardline, 'icu-104-bath');
    expect((await bath('GET', '')).body.types).toEqual(expect.arrayContaining(['bath_emergency', 'patient_normal']));
    const refused = await bath('POST', '/calls', { type: 'bed_exit' });
    expect([refused.status, refused.body.error.code, refused.body.error.details]).toEqual([403, 'FORBIDDEN', { reason: 'station_type' }]);
    expect((await bath('POST', '/calls', { type: 'no_such_type' })).status).toBe(400);
    const changed = await admin.send('PATCH', '/admin/stations/icu-104-bath', { types: ['bed_exit'] });
    expect(changed.body).toMatchObject({ types: ['bed_exit'], own_types: true });
    expect((await bath('POST', '/calls', { type: 'bath_emergency' })).status).toBe(403);
    expect((await bath('POST', '/calls', { type: 'bed_exit' })).status).toBe(201);
    expect((await admin.send('PATCH', '/admin/stations/icu-104-bath', { types: null })).body).toMatchObject({ own_types: false });
    expect((await admin.send('PATCH', '/admin/stations/icu-104-bath', { types: ['nonsense'] })).status).toBe(400);
  });

  it("raises a type of the installation's own that names its kind", async () => {
    const type = { rank: 0, dispatch: 'assigned', cancel_policy: 'on_duty', labels: { en: 'Pillow' } };
    await admin.post('/admin/call-types', { ...type, id: 'pillow', station_kinds: ['bedside'] });
    expect((await asStation(wardline, 'icu-105-bed')('POST', '/calls', { type: 'pillow' })).status).toBe(201);
    expect((await asStation(wardline, 'icu-105-bath')('POST', '/calls', { type: 'pillow' })).status).toBe(403);
  });

  it('moves to another room and department with its key, and both departments hear of it', async () => {
    const icu = await changesOf('icu');
    const med = await changesOf('med');
    const moved = await admin.send('PATCH', '/admin/stations/icu-106-bed', { room_id: 'med-203', bed_id: 'med-203-a', name: 'Moved' });
    expect(moved).toMatchObject({ status: 200, body: { dept: 'med', room_id: 'med-203', bed_id: 'med-203-a', kind: 'bedside' } });
    expect((await changesOf('icu')).slice(icu.length)).toEqual(['stations']);
    expect((await changesOf('med')).slice(med.length)).toEqual(['stations']);
    expect(await open('icu-106-bed')).toMatchObject({ dept: 'med', room_id: 'med-203', bed_id: 'med-203-a' });
  });

  it('does not move while a call that it pressed for is open', async () => {
    const call = await open('icu-107-bed');
    const move = () => admin.send('PATCH', '/admin/stations/icu-107-bed', { room_id: 'icu-108', bed_id: null });
    expect(await move()).toMatchObject({ status: 409, body: { error: { code: 'STILL_IN_USE' } } });
    expect((await admin.send('PATCH', '/admin/stations/icu-107-bed', { name: 'Renamed' })).status).toBe(200);
    await admin.post(`/calls/${call.id as string}/cancel`, { reason: 'test' });
    expect(await move()).toMatchObject({ status: 200, body: { room_id: 'icu-108', bed_id: null, name: 'Renamed' } });
    const wrong = await admin.send('PATCH', '/admin/stations/icu-107-bed', { bed_id: 'icu-101-a' });
    expect(wrong.status).toBe(404);
  });

  it('is moved or pressed first, never a call at a place that it has left', async () => {
    const rooms = ['icu-101', 'icu-102', 'icu-103'];
    for (let round = 0; round < 12; round++) {
      const room = rooms[round % rooms.length];
      const [pressed] = await Promise.all([
        asStation(wardline, 'icu-108-bath')('POST', '/calls', { type: 'bath_emergency' }),
        admin.send('PATCH', '/admin/stations/icu-108-bath', { room_id: room }),
      ]);
      expect(pressed.status).toBe(201);
      const [at] = await wardline.database.query<{ room_id: string }>(`SELECT room_id FROM stations WHERE id = 'icu-108-bath'`);
      expect(pressed.body.room_id).toBe(at?.room_id);
      await admin.post(`/calls/${pressed.body.id as string}/cancel`, { reason: 'test' }, { 'idempotency-key': randomUUID() });
    }
  });
});
