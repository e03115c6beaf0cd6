import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AssignmentExpiry } from '../../../../src/ward/staffing/assignments/assignment-expiry.js';
import { ExclusionExpiry } from '../../../../src/ward/staffing/exclusions/exclusion-expiry.js';
import { NOTICE_CODES } from '../../../../src/ward/staffing/notices/notice-events.js';
import { asStation, request, signIn, type Answer, type AnyFrame, type Session } from '../../../support/clients/client.js';
import { readLog } from '../../../support/clients/person.js';
import { startTestWardline, type TestWardline } from '../../../support/wardline.js';
import { eventually } from '../../../support/eventually.js';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WITHOUT_KEY = { 'idempotency-key': '' };

let wardline: TestWardline;
/** On duty in icu from the start, in this order. */
let anna: Session;
let ben: Session;
let cleo: Session;
/** A member of icu who never is on duty. */
let dora: Session;
let manager: Session;
let admin: Session;
/** The manager, and a nurse, of another department. */
let strangeManager: Session;
let stranger: Session;

beforeAll(async () => {
  wardline = await startTestWardline({ env: { CLIENT_RATE_LIMIT: '0' } });
  const names = ['icu-nurse-1', 'icu-nurse-2', 'icu-nurse-3', 'icu-nurse-4', 'icu-manager', 'admin', 'med-manager', 'med-nurse-1'];
  [anna, ben, cleo, dora, manager, admin, strangeManager, stranger] = (await Promise.all(names.map((name) => signIn(wardline, name)))) as [
    Session,
    Session,
    Session,
    Session,
    Session,
    Session,
    Session,
    Session,
  ];
  for (const nurse of [anna, ben, cleo]) expect((await nurse.post('/departments/icu/shifts')).status).toBe(201);
});
afterAll(() => wardline.stop());

/** So many seconds from now, by the database's clock. */
async function inSeconds(seconds: number): Promise<string> {
  const [row] = await wardline.database.query<{ at: string }>('SELECT iso(app_now() + make_interval(secs => $1)) AS at', [seconds]);
  return row!.at;
}

async function exclude(nurse: Session, seconds = HOUR, by = manager): Promise<AnyFrame> {
  const body = { staff_id: nurse.user.id, until: await inSeconds(seconds), reason: 'training' };
  const answer = await by.post('/departments/icu/exclusions', body);
  expect(answer).toMatchObject({ status: 201 });
  return answer.body;
}

function assign(room: string, body: Record<string, unknown>, by = manager): Promise<Answer> {
  return by.send('PUT', `/departments/icu/assignments/${room}`, body);
}

function reorder(staffIds: string[], by = manager): Promise<Answer> {
  return by.send('PUT', '/departments/icu/queue', { staff_ids: staffIds });
}

/** Events of icu about the exclusion or the room. */
async function told(about: string, since = 0): Promise<AnyFrame[]> {
  return (await readLog(manager, 'icu', since)).filter((event) => event.data.exclusion_id === about || event.data.room_id === about);
}

async function headOf(dept: string): Promise<number> {
  return (await manager.get(`/departments/${dept}/events?after=0&limit=1`)).body.head as number;
}

async function staffOf(dept = 'icu', by = anna): Promise<AnyFrame[]> {
  const answer = await by.get(`/departments/${dept}/staff`);
  expect(answer.status).toBe(200);
  expect(answer.body.next_cursor).toBeNull();
  return answer.body.items;
}

async function entryOf(person: Session): Promise<AnyFrame> {
  return (await staffOf()).find((one) => one.staff_id === person.user.id);
}

async function lastAudit(action: string): Promise<AnyFrame> {
  return (await admin.get(`/admin/audit?action=${action}&limit=1`)).body.items[0];
}

/** Keeps a row locked, as a transaction that takes its time would. */
async function holdRow(table: string, where: string, value: string): Promise<{ release(): Promise<void> }> {
  const client = new pg.Client({ connectionString: wardline.database.url });
  await client.connect();
  await client.query('BEGIN');
  const held = await client.query(`SELECT 1 FROM ${table} WHERE ${where} = $1 FOR UPDATE`, [value]);
  expect(held.rowCount).toBe(1);
  return {
    release: async () => {
      await client.query('ROLLBACK');
      await client.end();
    },
  };
}

describe('staffing is for managers of the department and administrators', () => {
  const routes = (): [string, string, unknown?][] => [
    ['GET', '/exclusions'],
    ['POST', '/exclusions', { staff_id: anna.user.id, until: '2999-01-01T00:00:00Z', reason: 'x' }],
    ['DELETE', `/exclusions/${randomUUID()}`],
    ['GET', '/assignments'],
    ['PUT', '/assignments/icu-101', { primary: anna.user.id }],
    ['DELETE', '/assignments/icu-101'],
    ['PUT', '/queue', { staff_ids: [] }],
    ['POST', '/notices', { code: 'fire_drill' }],
  ];

  it('a nurse of the department is refused with FORBIDDEN, which is in the audit once', async () => {
    for (const [method, path, body] of routes().filter(([method, path]) => method !== 'GET' || path !== '/assignments')) {
      expect(await anna.send(method, `/departments/icu${path}`, body), `${method} ${path}`).toMatchObject({
        status: 403,
        body: { error: { code: 'FORBIDDEN' } },
      });
    }
    const [[method, path] = []] = routes();
    expect(await lastAudit('access')).toMatchObject({
      actor: `staff:${anna.user.id}`,
      target: `${String(method)} /api/v1/departments/icu${String(path)}`,
      result: 'refused',
    });
  });

  it('but assignments are for every member to read', async () => {
    expect(await anna.get('/departments/icu/assignments')).toMatchObject({ status: 200, body: { items: [] } });
  });

  it('a department one does not belong to is answered like one that does not exist', async () => {
    for (const person of [strangeManager, stranger]) {
      for (const [method, path, body] of [...routes(), ['GET', '/staff'] as [string, string]]) {
        const foreign = await person.send(method, `/departments/icu${path}`, body);
        const nowhere = await person.send(method, `/departments/no-such-department${path}`, body);
        expect(foreign, `${method} ${path}`).toMatchObject({ status: 404, body: { error: { code: 'NOT_FOUND' } } });
        expect({ ...nowhere.body.error, request_id: '' }).toEqual({ ...foreign.body.error, request_id: '' });
      }
    }
  });

  it('an administrator may, in every department that exists', async () => {
    expect((await admin.post('/departments/icu/notices', { code: 'quiet_hours' })).status).toBe(201);
    for (const [method, path, body] of [...routes(), ['GET', '/staff'] as [string, string]]) {
      expect((await admin.send(method, `/departments/no-such-department${path}`, body)).status, `${method} ${path}`).toBe(404);
    }
  });

  it('a department that was retired does not exist any more', async () => {
    expect((await admin.post('/admin/departments', { id: 'attic', name: 'Attic' })).status).toBe(201);
    expect((await admin.get('/departments/attic/staff')).body).toEqual({ items: [], next_cursor: null });
    expect((await admin.send('DELETE', '/admin/departments/attic')).status).toBe(204);
    expect((await admin.get('/departments/attic/staff')).status).toBe(404);
    expect((await admin.post('/departments/attic/notices', { code: 'fire_drill' })).status).toBe(404);
  });

  it('needs the session and its CSRF token', async () => {
    expect((await request(wardline, 'GET', '/api/v1/departments/icu/exclusions')).status).toBe(401);
    expect((await manager.post('/departments/icu/notices', { code: 'fire_drill' }, { 'x-csrf-token': 'wrong' })).status).toBe(403);
  });

  it('is described by the schemas that validate', async () => {
    const { body } = await request(wardline, 'GET', '/api/openapi.json');
    const text = JSON.stringify(body.paths['/api/v1/departments/{dept}/exclusions'].post);
    for (const field of ['staff_id', 'until', 'reason']) expect(text).toContain(field);
  });
});

describe('the queue', () => {
  const order = async () => (await staffOf()).filter((one) => one.queue_position !== null).map((one) => one.staff_id as string);

  it('takes the order that a manager gives it', async () => {
    expect((await order()).sort()).toEqual([anna.user.id, ben.user.id, cleo.user.id].sort());
    const since = await headOf('icu');
    for (const wanted of [
      [cleo.user.id, anna.user.id, ben.user.id],
      [ben.user.id, cleo.user.id, anna.user.id],
    ]) {
      expect(await reorder(wanted)).toMatchObject({ status: 200, body: { staff_ids: wanted } });
      expect(await order()).toEqual(wanted);
    }
    expect((await staffOf()).slice(0, 3).map((one) => one.queue_position)).toEqual([1, 2, 3]);
    expect(await lastAudit('queue.reorder')).toMatchObject({
      ...{ actor: `staff:${manager.user.id}`, target: 'department:icu' },
      detail: { staff_ids: [ben.user.id, cleo.user.id, anna.user.id] },
    });
    expect(await headOf('icu')).toBe(since);
  });

  it('is given whole: anything but a permutation of who is in it is refused, and changes nothing', async () => {
    const before = await order();
    const wrong = [
      ...[[], before.slice(1), [...before, dora.user.id], [...before.slice(1), dora.user.id], [...before, before[0]!]],
      [before[0]!, before[0]!, before[1]!],
    ];
    for (const ids of wrong) {
      expect(await reorder(ids), JSON.stringify(ids)).toMatchObject({
        ...{ status: 400, body: { error: { code: 'VALIDATION_FAILED', details: { fields: [{ path: 'staff_ids' }] } } } },
      });
    }
    expect(await order()).toEqual(before);
  });

  it('names who is excluded too: they keep their place', async () => {
    const exclusion = await exclude(cleo);
    const wanted = [cleo.user.id, anna.user.id, ben.user.id];
    expect((await reorder(wanted)).status).toBe(200);
    expect(await order()).toEqual(wanted);
    await manager.send('DELETE', `/departments/icu/exclusions/${exclusion.id as string}`);
  });

  it('that is empty has one order', async () => {
    expect((await strangeManager.send('PUT', '/departments/med/queue', { staff_ids: [] })).status).toBe(200);
    expect((await strangeManager.send('PUT', '/departments/med/queue', { staff_ids: [stranger.user.id] })).status).toBe(400);
  });

  it('has who starts a shift after that at its tail', async () => {
    const before = await order();
    expect((await dora.post('/departments/icu/shifts')).status).toBe(201);
    expect(await order()).toEqual([...before, dora.user.id]);
    expect((await dora.send('DELETE', '/departments/icu/shifts/mine?confirm=true')).status).toBe(200);
    expect(await order()).toEqual(before);
  });

  it('never has two at one place, whoever orders it at the same time', async () => {
    const ids = await order();
    const turns = [ids, [ids[1]!, ids[2]!, ids[0]!], [ids[2]!, ids[1]!, ids[0]!]];
    const answers = await Promise.all(Array.from({ length: 12 }, (_, turn) => reorder(turns[turn % 3]!, turn % 2 ? manager : admin)));
    expect(answers.map((answer) => answer.status)).toEqual(Array.from({ length: 12 }, () => 200));
    expect((await staffOf()).slice(0, 3).map((one) => one.queue_position)).toEqual([1, 2, 3]);
  });
});

describe('notices', () => {
  it.each(NOTICE_CODES)('%s is posted to everybody: notice.posted', async (code) => {
    const since = await headOf('icu');
    const answer = await manager.post('/departments/icu/notices', { code });
    expect(answer).toMatchObject({ status: 201, body: { dept: 'icu', code, by: `staff:${manager.user.id}` } });
    const [event] = await readLog(anna, 'icu', since);
    expect(event).toMatchObject({ type: 'notice.posted', critical: false });
    expect(event.data).toEqual({ code, by: `staff:${manager.user.id}` });
    expect(await lastAudit('notice.post')).toMatchObject({ target: 'department:icu', detail: { code } });
  });

  it('come from a list, no free text', async () => {
    for (const body of [{ code: 'Room 3 wants tea' }, { code: 'fire_drill', text: 'now' }, {}]) {
      expect((await manager.post('/departments/icu/notices', body)).status).toBe(400);
    }
  });

  it('are posted once per key', async () => {
    const since = await headOf('icu');
    const key = { 'idempotency-key': randomUUID() };
    for (const _ of [1, 2]) expect((await manager.post('/departments/icu/notices', { code: 'fire_drill' }, key)).status).toBe(201);
    expect(await readLog(manager, 'icu', since)).toHaveLength(1);
  });
});

describe('who is in the department', () => {
  it('is told to every member, in the queue’s order, and then the others', async () => {
    await reorder([ben.user.id, anna.user.id, cleo.user.id]);
    const items = await staffOf('icu', dora);
    expect(items).toHaveLength(7);
    expect(items.slice(0, 3).map((one) => [one.staff_id, one.queue_position])).toEqual([
      [ben.user.id, 1],
      [anna.user.id, 2],
      [cleo.user.id, 3],
    ]);
    for (const one of items.slice(3)) expect(one).toMatchObject({ on_duty_since: null, queue_position: null });
    expect(Object.keys(items[0]).sort()).toEqual(
      [
        ...['staff_id', 'name', 'role', 'on_duty_since', 'queue_position', 'excluded_until', 'load', 'online', 'reachable'],
        ...['paused_until', 'responsive'],
      ].sort(),
    );
    expect(items[0]).toMatchObject({
      name: ben.user.name,
      role: 'nurse',
      on_duty_since: expect.stringMatching(/Z$/),
      excluded_until: null,
      load: 0,
    });
    expect(items.find((one) => one.staff_id === manager.user.id)).toMatchObject({ role: 'manager', queue_position: null });
  });

  it('has as load the open calls that they accepted', async () => {
    const placed = await asStation(wardline, 'icu-101-bed')('POST', '/calls', { type: 'patient_normal' });
    expect(placed.status).toBe(201);
    const call = placed.body;
    expect((await anna.post(`/calls/${call.id as string}/accept`, {})).status).toBe(200);
    expect(await entryOf(anna)).toMatchObject({ load: 1 });
    expect((await anna.post(`/calls/${call.id as string}/arrive`, {})).status).toBe(200);
    expect(await entryOf(anna)).toMatchObject({ load: 1 });
    expect((await anna.post(`/calls/${call.id as string}/complete`, {})).status).toBe(200);
    expect(await entryOf(anna)).toMatchObject({ load: 0 });
  });

  it('is online by a socket on any node that is alive, and out of reach when that node has been silent for long', async () => {
    expect(await entryOf(dora)).toMatchObject({ online: false, reachable: false });
    await wardline.database.query("INSERT INTO nodes (server_id) VALUES ('elsewhere')");
    await wardline.database.query("INSERT INTO staff_connections (connection_id, server_id, staff_id) VALUES ($1, 'elsewhere', $2)", [
      randomUUID(),
      dora.user.id,
    ]);
    expect(await entryOf(dora)).toMatchObject({ online: true, reachable: true });
    await wardline.database.query("UPDATE nodes SET heartbeat_at = heartbeat_at - interval '200 seconds' WHERE server_id = 'elsewhere'");
    // No grace ends before it has run once in full since this ward's first node was ready.
    await wardline.database.moveClock(100);
    expect(await entryOf(dora)).toMatchObject({ online: false, reachable: false });
  });
});

describe('an exclusion', () => {
  it('takes a nurse out of the queue for a time, with reason and author; the event tells no reason', async () => {
    const exclusion = await exclude(anna);
    expect(exclusion).toEqual({
      ...{ id: expect.any(String), dept: 'icu', staff_id: anna.user.id, until: expect.stringMatching(/Z$/), reason: 'training' },
      ...{ author_id: manager.user.id, created_at: expect.stringMatching(/Z$/) },
    });
    const [event] = await told(exclusion.id);
    expect(event).toMatchObject({ type: 'nurse.excluded', critical: false });
    expect(event.data).toEqual({ staff_id: anna.user.id, exclusion_id: exclusion.id, until: exclusion.until });
    expect((await manager.get('/departments/icu/exclusions')).body).toEqual({ items: [exclusion], next_cursor: null });
    expect(await entryOf(anna)).toMatchObject({ excluded_until: exclusion.until });
    expect(await lastAudit('exclusion.create')).toMatchObject({
      ...{ actor: `staff:${manager.user.id}`, target: `staff:${anna.user.id}`, result: 'ok' },
      detail: { dept: 'icu', exclusion_id: exclusion.id },
    });
    expect((await manager.send('DELETE', `/departments/icu/exclusions/${exclusion.id}`)).status).toBe(204);
  });

  it('is extended by a later end: the same exclusion, told again, which ends by itself then', async () => {
    const first = await exclude(ben, 60);
    const until = await inSeconds(HOUR);
    const path = '/departments/icu/exclusions';
    const body = { staff_id: ben.user.id, until, reason: 'still in training' };
    const key = { 'idempotency-key': randomUUID() };
    const extended = await manager.post(path, body, key);
    expect(extended).toMatchObject({
      status: 200,
      body: { id: first.id, until, reason: 'still in training', created_at: first.created_at },
    });
    expect(extended.body).not.toHaveProperty('extended');
    expect(await manager.post(path, body, key)).toMatchObject({ status: 200, body: extended.body });
    expect((await told(first.id)).map((event) => [event.type, event.data.until])).toEqual([
      ['nurse.excluded', first.until],
      ['nurse.excluded', until],
    ]);
    expect(await lastAudit('exclusion.create')).toMatchObject({ detail: { exclusion_id: first.id, until, extended: true } });
    await wardline.database.moveClock(120);
    expect(await entryOf(ben)).toMatchObject({ excluded_until: until });
    await wardline.database.moveClock(HOUR);
    await eventually(async () => {
      const types = (await told(first.id)).map((event) => event.type as string);
      return types.at(-1) === 'nurse.restored' ? true : undefined;
    }, 'the end of the exclusion');
  });

  it('is there once: a second one while it lasts as long is ALREADY_EXISTS', async () => {
    const until = await inSeconds(HOUR);
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => manager.post('/departments/icu/exclusions', { staff_id: ben.user.id, until, reason: 'break' })),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409, 409, 409]);
    for (const answer of answers) if (answer.status === 409) expect(answer.body.error.code).toBe('ALREADY_EXISTS');
    const { id } = answers.find((answer) => answer.status === 201)!.body;
    await manager.send('DELETE', `/departments/icu/exclusions/${id}`);
  });

  it('is ended by a manager: nurse.restored, and then it is not there any more', async () => {
    const exclusion = await exclude(cleo);
    const path = `/departments/icu/exclusions/${exclusion.id as string}`;
    expect((await admin.send('DELETE', path)).status).toBe(204);
    expect((await manager.send('DELETE', path)).status).toBe(404);
    const events = await told(exclusion.id);
    expect(events.map((event) => event.type)).toEqual(['nurse.excluded', 'nurse.restored']);
    expect(events[1].data).toEqual({ staff_id: cleo.user.id, exclusion_id: exclusion.id });
    expect((await manager.get('/departments/icu/exclusions')).body.items).toEqual([]);
    expect(await entryOf(cleo)).toMatchObject({ excluded_until: null });
    expect(await lastAudit('exclusion.end')).toMatchObject({ actor: `staff:${admin.user.id}`, target: `staff:${cleo.user.id}` });
  });

  it('of another department does not exist', async () => {
    const exclusion = await exclude(cleo);
    expect((await strangeManager.send('DELETE', `/departments/med/exclusions/${exclusion.id as string}`)).status).toBe(404);
    expect((await manager.send('DELETE', `/departments/icu/exclusions/${exclusion.id as string}`)).status).toBe(204);
  });

  it('is of members only', async () => {
    for (const staff_id of [stranger.user.id, randomUUID()]) {
      const answer = await manager.post('/departments/icu/exclusions', { staff_id, until: await inSeconds(HOUR), reason: 'x' });
      expect(answer).toMatchObject({ status: 404, body: { error: { code: 'NOT_FOUND' } } });
    }
  });

  it('ends at a time that is ahead by the database’s clock, at most 31 days', async () => {
    const refused = [await inSeconds(-1), await inSeconds(31 * DAY + MINUTE), '2030-01-01T00:00:00', '2030-13-01T00:00:00Z', 'tomorrow', 5];
    for (const until of [...refused, '0000-01-01T00:00:00Z', '9999-12-31T23:59:59-14:00']) {
      const answer = await manager.post('/departments/icu/exclusions', { staff_id: dora.user.id, until, reason: 'x' });
      expect(answer, String(until)).toMatchObject({
        status: 400,
        body: { error: { code: 'VALIDATION_FAILED', details: { fields: [{ path: 'until' }] } } },
      });
    }
    const far = await exclude(dora, 31 * DAY - MINUTE);
    await manager.send('DELETE', `/departments/icu/exclusions/${far.id as string}`);
  });

  it('takes its time in any zone', async () => {
    const until = new Date(Date.parse(await inSeconds(HOUR)));
    const elsewhere = new Date(until.getTime() + 2 * HOUR * 1000).toISOString().replace('Z', '+02:00');
    const answer = await manager.post('/departments/icu/exclusions', { staff_id: dora.user.id, until: elsewhere, reason: 'x' });
    expect(answer).toMatchObject({ status: 201, body: { until: until.toISOString() } });
    await manager.send('DELETE', `/departments/icu/exclusions/${answer.body.id as string}`);
  });

  it('has a reason, and nothing that nobody knows', async () => {
    const good = { staff_id: dora.user.id, until: await inSeconds(HOUR), reason: 'x' };
    for (const wrong of [
      { reason: ' ' },
      { reason: undefined },
      { reason: 'x'.repeat(501) },
      { reason: 'a\0b' },
      { staff_id: 'me' },
      { more: 1 },
    ]) {
      const answer = await manager.post('/departments/icu/exclusions', { ...good, ...wrong });
      expect(answer, JSON.stringify(wrong)).toMatchObject({ status: 400, body: { error: { code: 'VALIDATION_FAILED' } } });
    }
  });

  it('is made once per key, and may be made without one', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const body = { staff_id: dora.user.id, until: await inSeconds(HOUR), reason: 'x' };
    const first = await manager.post('/departments/icu/exclusions', body, key);
    const again = await manager.post('/departments/icu/exclusions', body, key);
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
    expect(await told(first.body.id)).toHaveLength(1);
    expect((await manager.post('/departments/icu/exclusions', { ...body, reason: 'y' }, key)).status).toBe(422);
    expect((await manager.post('/departments/icu/exclusions', body, { 'idempotency-key': 'no-uuid' })).status).toBe(400);
    const ending = { 'idempotency-key': randomUUID() };
    for (const _ of [1, 2]) {
      expect((await manager.send('DELETE', `/departments/icu/exclusions/${first.body.id as string}`, undefined, ending)).status).toBe(204);
    }
    expect(await told(first.body.id)).toHaveLength(2);
    const without = await manager.post('/departments/icu/exclusions', body, WITHOUT_KEY);
    expect(without.status).toBe(201);
    expect((await manager.send('DELETE', `/departments/icu/exclusions/${without.body.id as string}`, undefined, WITHOUT_KEY)).status).toBe(
      204,
    );
  });

  it('ends by itself: nurse.restored, once', async () => {
    const exclusion = await exclude(anna, 10 * MINUTE);
    await wardline.database.moveClock(11 * MINUTE);
    await eventually(async () => ((await told(exclusion.id)).length > 1 ? true : undefined), 'nurse.restored');
    const events = await told(exclusion.id);
    expect(events.map((event) => event.type)).toEqual(['nurse.excluded', 'nurse.restored']);
    expect(events[1].data).toEqual({ staff_id: anna.user.id, exclusion_id: exclusion.id });
    expect((await manager.send('DELETE', `/departments/icu/exclusions/${exclusion.id as string}`)).status).toBe(404);
  });

  it('is over when its time has come, however late the engine is', async () => {
    const exclusion = await exclude(ben, 10 * MINUTE);
    const hold = await holdRow('exclusions', 'id', exclusion.id);
    try {
      await wardline.database.moveClock(11 * MINUTE);
      expect((await manager.get('/departments/icu/exclusions')).body.items).toEqual([]);
      expect(await entryOf(ben)).toMatchObject({ excluded_until: null });
      expect(await told(exclusion.id)).toHaveLength(1);
    } finally {
      await hold.release();
    }
    await eventually(async () => ((await told(exclusion.id)).length > 1 ? true : undefined), 'nurse.restored');
  });

  it('that has ended unnoticed does not stand in the way of the next, and is still told of once', async () => {
    const first = await exclude(cleo, MINUTE);
    await wardline.database.moveClock(2 * MINUTE);
    const second = await exclude(cleo, HOUR);
    expect((await told(first.id)).map((event) => event.type)).toEqual(['nurse.excluded', 'nurse.restored']);
    const [, restored] = await told(first.id);
    const [excluded] = await told(second.id);
    expect(restored.seq).toBeLessThan(excluded.seq);
    await manager.send('DELETE', `/departments/icu/exclusions/${second.id as string}`);
  });

  it('ends exactly once across all nodes', async () => {
    const other = await startTestWardline({ sharedWith: wardline, env: { CLIENT_RATE_LIMIT: '0' } });
    try {
      const made: AnyFrame[] = [];
      for (const nurse of [anna, ben, cleo, dora]) made.push(await exclude(nurse, 10 * MINUTE));
      await wardline.database.moveClock(11 * MINUTE);
      const engines = [wardline, other].map((node) => node.app.get(ExclusionExpiry));
      await Promise.all(Array.from({ length: 12 }, (_, turn) => engines[turn % 2]!.handleOne()));
      // A row that another node has in hand is looked at in vain: true, and nothing done.
      for (const engine of engines)
        await eventually(async () => ((await engine.handleOne()) ? undefined : true), 'nothing left that is due');
      for (const { id } of made) {
        await eventually(async () => ((await told(id)).length > 1 ? true : undefined), 'nurse.restored');
        expect((await told(id)).map((event) => event.type)).toEqual(['nurse.excluded', 'nurse.restored']);
      }
    } finally {
      await other.stop();
    }
  });
});

describe('a room assignment', () => {
  it('names a primary and a backup; room.assigned', async () => {
    const until = await inSeconds(HOUR);
    const answer = await assign('icu-101', { primary: anna.user.id, backup: ben.user.id, until });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      ...{ room_id: 'icu-101', dept: 'icu', primary: anna.user.id, backup: ben.user.id, until },
      ...{ author_id: manager.user.id, assigned_at: expect.stringMatching(/Z$/) },
    });
    const event = (await told('icu-101')).at(-1);
    expect(event).toMatchObject({ type: 'room.assigned', critical: false });
    expect(event.data).toEqual({ room_id: 'icu-101', primary_id: anna.user.id, backup_id: ben.user.id, until });
    expect(await lastAudit('room.assign')).toMatchObject({
      actor: `staff:${manager.user.id}`,
      target: 'room:icu-101',
      detail: { dept: 'icu' },
    });
  });

  it('is replaced by the next one: a room has one', async () => {
    await assign('icu-102', { primary: anna.user.id, backup: ben.user.id, until: await inSeconds(HOUR) });
    const answer = await assign('icu-102', { primary: cleo.user.id });
    expect(answer.body).toMatchObject({ primary: cleo.user.id, backup: null, until: null });
    const listed = (await manager.get('/departments/icu/assignments')).body.items.filter((one: AnyFrame) => one.room_id === 'icu-102');
    expect(listed).toEqual([answer.body]);
    expect((await told('icu-102')).map((event) => event.type)).toEqual(['room.assigned', 'room.assigned']);
  });

  it('is listed by room, page by page', async () => {
    await assign('icu-103', { primary: anna.user.id });
    const rooms: string[] = [];
    let cursor: string | null = null;
    do {
      const more: string = cursor === null ? '' : `&cursor=${cursor}`;
      const { body } = await manager.get(`/departments/icu/assignments?limit=1${more}`);
      rooms.push(...body.items.map((one: AnyFrame) => one.room_id));
      cursor = body.next_cursor as string | null;
    } while (cursor !== null);
    expect(rooms).toEqual(['icu-101', 'icu-102', 'icu-103']);
  });

  it('is taken back: room.unassigned, reason removed', async () => {
    expect((await manager.send('DELETE', '/departments/icu/assignments/icu-103')).status).toBe(204);
    expect((await manager.send('DELETE', '/departments/icu/assignments/icu-103')).status).toBe(404);
    expect((await told('icu-103')).at(-1)).toMatchObject({ type: 'room.unassigned', data: { room_id: 'icu-103', reason: 'removed' } });
    expect(await lastAudit('room.unassign')).toMatchObject({ target: 'room:icu-103' });
  });

  it('is of rooms and members of the department', async () => {
    for (const room of ['med-201', 'no-such-room']) {
      expect((await assign(room, { primary: anna.user.id })).status).toBe(404);
      expect((await manager.send('DELETE', `/departments/icu/assignments/${room}`)).status).toBe(404);
    }
    expect((await assign('icu-104', { primary: stranger.user.id })).status).toBe(404);
    expect((await assign('icu-104', { primary: anna.user.id, backup: randomUUID() })).status).toBe(404);
    expect(await told('icu-104')).toEqual([]);
  });

  it('has another backup than its primary, and a time that is ahead', async () => {
    expect(await assign('icu-104', { primary: anna.user.id, backup: anna.user.id })).toMatchObject({
      ...{ status: 400, body: { error: { code: 'VALIDATION_FAILED', details: { fields: [{ path: 'backup' }] } } } },
    });
    expect(await assign('icu-104', { primary: anna.user.id, until: await inSeconds(-1) })).toMatchObject({
      ...{ status: 400, body: { error: { code: 'VALIDATION_FAILED', details: { fields: [{ path: 'until' }] } } } },
    });
    expect((await assign('icu-104', { primary: anna.user.id, note: 'x' })).status).toBe(400);
    expect((await assign('icu-104', { backup: anna.user.id })).status).toBe(400);
  });

  it('is warned of once, 5 minutes before it ends, and at its end is gone: room.unassigned, reason expired', async () => {
    const until = await inSeconds(30 * MINUTE);
    await assign('icu-105', { primary: ben.user.id, until });
    await wardline.database.moveClock(24 * MINUTE);
    await wardline.app.get(AssignmentExpiry).handleOne();
    expect(await told('icu-105')).toHaveLength(1);
    await wardline.database.moveClock(2 * MINUTE);
    await eventually(async () => ((await told('icu-105')).length > 1 ? true : undefined), 'room.assignment_expiring');
    await wardline.app.get(AssignmentExpiry).handleOne();
    const [, warning, ...more] = await told('icu-105');
    expect(more).toEqual([]);
    expect(warning).toMatchObject({ type: 'room.assignment_expiring', critical: false });
    expect(warning.data).toEqual({ room_id: 'icu-105', primary_id: ben.user.id, until });
    await wardline.database.moveClock(5 * MINUTE);
    await eventually(async () => ((await told('icu-105')).length > 2 ? true : undefined), 'room.unassigned');
    expect((await told('icu-105')).at(-1)).toMatchObject({ type: 'room.unassigned', data: { room_id: 'icu-105', reason: 'expired' } });
    const rows = await wardline.database.query("SELECT 1 FROM room_assignments WHERE room_id = 'icu-105'");
    expect(rows).toEqual([]);
  });

  it('that is set anew is warned of anew', async () => {
    await assign('icu-106', { primary: ben.user.id, until: await inSeconds(4 * MINUTE) });
    await eventually(async () => ((await told('icu-106')).length === 2 ? true : undefined), 'the first warning');
    await assign('icu-106', { primary: ben.user.id, until: await inSeconds(20 * MINUTE) });
    await wardline.database.moveClock(16 * MINUTE);
    await eventually(async () => ((await told('icu-106')).length === 4 ? true : undefined), 'the second warning');
    expect((await told('icu-106')).map((event) => event.type)).toEqual([
      ...['room.assigned', 'room.assignment_expiring', 'room.assigned', 'room.assignment_expiring'],
    ]);
    await assign('icu-106', { primary: ben.user.id });
  });

  it('is over when its time has come, however late the engine is; then it is told, without a warning', async () => {
    const since = await headOf('icu');
    await assign('icu-107', { primary: ben.user.id, until: await inSeconds(30 * MINUTE) });
    const hold = await holdRow('room_assignments', 'room_id', 'icu-107');
    try {
      await wardline.database.moveClock(31 * MINUTE);
      const { items } = (await manager.get('/departments/icu/assignments')).body;
      expect(items.map((one: AnyFrame) => one.room_id)).not.toContain('icu-107');
    } finally {
      await hold.release();
    }
    await eventually(async () => ((await told('icu-107', since)).length > 1 ? true : undefined), 'room.unassigned');
    expect((await told('icu-107', since)).map((event) => event.type)).toEqual(['room.assigned', 'room.unassigned']);
  });

  it('ends exactly once across all nodes', async () => {
    const other = await startTestWardline({ sharedWith: wardline, env: { CLIENT_RATE_LIMIT: '0' } });
    try {
      const since = await headOf('icu');
      const rooms = ['icu-104', 'icu-105', 'icu-107', 'icu-108'];
      const until = await inSeconds(10 * MINUTE);
      for (const room of rooms) await assign(room, { primary: ben.user.id, until });
      await wardline.database.moveClock(11 * MINUTE);
      const engines = [wardline, other].map((node) => node.app.get(AssignmentExpiry));
      await Promise.all(Array.from({ length: 12 }, (_, turn) => engines[turn % 2]!.handleOne()));
      for (const room of rooms) {
        await eventually(async () => ((await told(room, since)).length > 1 ? true : undefined), 'room.unassigned');
        expect((await told(room, since)).map((event) => event.type)).toEqual(['room.assigned', 'room.unassigned']);
      }
    } finally {
      await other.stop();
    }
  });

  it('is set once per key', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const since = await headOf('icu');
    const path = '/departments/icu/assignments/icu-108';
    const first = await manager.send('PUT', path, { primary: anna.user.id }, key);
    const again = await manager.send('PUT', path, { primary: anna.user.id }, key);
    expect(again.body).toEqual(first.body);
    expect(await told('icu-108', since)).toHaveLength(1);
    expect((await manager.send('PUT', path, { primary: ben.user.id }, key)).status).toBe(422);
  });
});

describe("a manager who says that somebody's shift is abandoned", () => {
  const abandon = (nurse: Session, by = manager, dept = 'icu') => by.send('DELETE', `/departments/${dept}/shifts/${nurse.user.id}`);

  it('ends it: nurse.shift_ended of reason abandoned, audited; without one it is 404', async () => {
    const before = (await readLog(manager, 'icu')).at(-1)!.seq as number;
    expect(await abandon(cleo)).toMatchObject({ status: 200, body: { staff_id: cleo.user.id } });
    const ended = (await readLog(manager, 'icu', before)).filter((event) => event.type === 'nurse.shift_ended');
    expect(ended).toMatchObject([{ data: { staff_id: cleo.user.id, reason: 'abandoned' } }]);
    expect(await wardline.database.query("SELECT actor, target FROM audit WHERE action = 'shift.abandon'")).toEqual([
      { actor: `staff:${manager.user.id}`, target: `staff:${cleo.user.id}` },
    ]);
    expect((await abandon(cleo)).status).toBe(404);
    expect((await cleo.post('/departments/icu/shifts')).status).toBe(201);
  });

  it('hands on what they had accepted; one in progress is finished or handed over first', async () => {
    const call = (await asStation(wardline, 'icu-108-bed')('POST', '/calls', { type: 'service_request' })).body;
    expect((await cleo.post(`/calls/${String(call.id)}/accept`)).status).toBe(200);
    expect((await abandon(cleo)).status).toBe(200);
    expect((await manager.get(`/calls/${String(call.id)}`)).body).toMatchObject({ state: 'pending', accepted_by: null });
    expect((await cleo.post('/departments/icu/shifts')).status).toBe(201);
    expect((await cleo.post(`/calls/${String(call.id)}/arrive`)).status).toBe(200);
    expect((await abandon(cleo)).body.error.code).toBe('SHIFT_HAS_CALLS');
    expect((await cleo.post(`/calls/${String(call.id)}/complete`)).status).toBe(200);
  });

  it('is for managers of the department: a nurse gets 403, a stranger 404; one’s own is ended at mine', async () => {
    expect((await abandon(ben, anna)).status).toBe(403);
    expect((await abandon(ben, strangeManager)).status).toBe(404);
    expect((await abandon(ben, stranger)).status).toBe(404);
    expect((await cleo.send('DELETE', '/departments/icu/shifts/mine?confirm=true')).body).toMatchObject({ staff_id: cleo.user.id });
    expect((await cleo.post('/departments/icu/shifts')).status).toBe(201);
  });
});
