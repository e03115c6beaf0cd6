import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { signIn, type AnyFrame } from '../../../support/clients/client.js';
import { eventually } from '../../../support/eventually.js';
import { HeldTransaction } from '../../../support/held-transaction.js';
import { startTestWardline } from '../../../support/wardline.js';
import { type Member, toldOf, Ward } from '../../../support/ward.js';

/** A transaction that waits for the log's end has all its work behind it. */
const HOLD_LOG = 'SELECT FROM dept_stream WHERE dept_id = $1 FOR UPDATE';
const HOLD_QUEUE = 'SELECT FROM department_queue WHERE dept_id = $1 FOR UPDATE';

let ward: Ward;
let anna: Member;
let ben: Member;
let manager: Member;
let held: HeldTransaction;

beforeAll(async () => {
  ward = await Ward.open({ CALL_PRESENCE_SEC: '3600' });
});
afterAll(() => ward.stop());
beforeEach(async () => {
  await ward.empty();
  [anna, ben] = (await ward.onDuty('icu', 'icu-nurse-1', 'icu-nurse-2')) as [Member, Member];
  [manager] = (await ward.connected('icu-manager')) as [Member];
  held = await HeldTransaction.begin(ward.wardline);
});
afterEach(async () => {
  await held.commit();
  await rows(`UPDATE shifts SET ended_at = app_now(), end_reason = 'ended' WHERE dept_id = 'surg' AND ended_at IS NULL`);
});

function rows<T extends Record<string, unknown>>(sql: string, values: unknown[] = []): Promise<T[]> {
  return ward.wardline.database.query<T>(sql, values);
}
const shiftsOf = (person: Member) =>
  rows<{ dept_id: string; paused: boolean }>(
    'SELECT dept_id, paused_until IS NOT NULL AS paused FROM shifts WHERE staff_id = $1 AND ended_at IS NULL ORDER BY dept_id',
    [person.id],
  );
async function join(person: Member, dept: string): Promise<void> {
  const answer = await ward.admin.post('/admin/memberships', { staff_id: person.id, dept });
  expect([200, 201, 409]).toContain(answer.status);
}
const leave = (person: Member, dept: string) => ward.admin.send('DELETE', `/admin/memberships/${person.id}/${dept}`);

describe('a node that is dead, and its people elsewhere', () => {
  /** A node that others take for alive, as long as the test does not let it die. */
  async function node(person: Member): Promise<string> {
    const name = `ghost:${randomUUID()}`;
    await rows('INSERT INTO nodes (server_id) VALUES ($1)', [name]);
    await rows('INSERT INTO staff_connections (connection_id, server_id, staff_id) VALUES ($1, $2, $3)', [randomUUID(), name, person.id]);
    return name;
  }
  const die = (name: string) =>
    rows(`UPDATE nodes SET heartbeat_at = statement_timestamp() - interval '2 days' WHERE server_id = $1`, [name]);
  const isGone = async (name: string) => (await rows('SELECT FROM nodes WHERE server_id = $1', [name])).length === 0;

  /** Connected again while the connections of before are being removed. */
  async function reconnect(): Promise<void> {
    const coming = anna.connect();
    await eventually(async () => {
      const here = await rows(
        'SELECT FROM staff_connections c JOIN nodes n USING (server_id) WHERE staff_id = $1 AND server_id NOT LIKE $2',
        [anna.id, 'ghost:%'],
      );
      return here.length > 0 || (await held.waiting('%pg_advisory%')) > 0 ? true : undefined;
    }, 'the new connection, or its wait');
    await held.commit();
    await coming;
    await ward.settle();
    expect(await rows('SELECT FROM staff_absences WHERE staff_id = $1', [anna.id])).toEqual([]);
    expect(toldOf(await ward.press()).concat(toldOf(await ward.press()))).toContain(anna.id);
  }

  it('a person who connects elsewhere at the very moment of the sweep is here', async () => {
    await anna.disconnect();
    const dead = await node(anna);
    await rows('DELETE FROM staff_absences WHERE staff_id = $1', [anna.id]);
    await held.query('SELECT FROM staff_connections WHERE server_id = $1 FOR UPDATE', [dead]);
    await die(dead);
    await held.untilWaiting('DELETE FROM staff_connections WHERE server_id%');
    await reconnect();
  });

  it('a person who connects elsewhere while the node starts again under its name is here', async () => {
    await anna.disconnect();
    const former = await node(anna);
    await rows('DELETE FROM staff_absences WHERE staff_id = $1', [anna.id]);
    await held.query('SELECT FROM staff_connections WHERE server_id = $1 FOR UPDATE', [former]);
    const starting = startTestWardline({ sharedWith: ward.wardline, env: { SERVER_ID: former, SERVER_STALE_SEC: '86400' } });
    try {
      await held.untilWaiting('%DELETE FROM staff_connections WHERE server_id%');
      await reconnect();
    } finally {
      await (await starting).stop();
    }
  });

  it('a person whose two nodes die at once is gone', async () => {
    await anna.disconnect();
    const [one, other] = [await node(anna), await node(anna)];
    await rows('DELETE FROM staff_absences WHERE staff_id = $1', [anna.id]);
    // As the sweep of another node does, and held before its end. It finds the person on the other one, and begins no absence.
    await held.query(`SELECT pg_advisory_xact_lock(hashtext('wardline connections'), 0)`);
    await held.query('DELETE FROM staff_connections WHERE server_id = $1', [one]);
    await held.query('DELETE FROM nodes WHERE server_id = $1', [one]);
    await die(other);
    await eventually(
      async () => ((await isGone(other)) || (await held.waiting('%pg_advisory%')) > 0 ? true : undefined),
      'the sweep, or its wait',
    );
    await held.commit();
    await eventually(async () => ((await isGone(other)) ? true : undefined), 'the sweep');
    expect(await rows('SELECT FROM staff_absences WHERE staff_id = $1', [anna.id])).toHaveLength(1);
  });
});

describe('the start of a shift, and the end of the membership', () => {
  it('a membership that ends while the start waits for its turn: no shift', async () => {
    await join(anna, 'surg');
    await held.query(HOLD_QUEUE, ['surg']);
    const starting = anna.session.post('/departments/surg/shifts');
    await held.untilWaiting('%department_queue%');
    const leaving = leave(anna, 'surg');
    await held.untilWaitingOr(leaving, 'DELETE FROM "memberships"%');
    await held.commit();
    expect((await leaving).status).toBe(204);
    await starting;
    expect(await shiftsOf(anna)).toMatchObject([{ dept_id: 'icu' }]);
  });

  it('a shift that has just started ends with the membership', async () => {
    await join(anna, 'surg');
    await held.query(HOLD_LOG, ['surg']);
    const starting = anna.session.post('/departments/surg/shifts');
    await held.untilWaiting('%append_events%');
    const leaving = leave(anna, 'surg');
    await held.untilWaiting('%', 2);
    await held.commit();
    expect((await leaving).status).toBe(204);
    await starting;
    expect(await shiftsOf(anna)).toMatchObject([{ dept_id: 'icu' }]);
  });

  it('a call that a manager has just accepted goes on when their membership ends', async () => {
    const [head] = (await ward.connected('surg-manager')) as [Member];
    const call = await ward.press('patient_normal', 'surg');
    await held.query(HOLD_LOG, ['surg']);
    const accepting = head.command('accept', call);
    await held.untilWaiting('%append_events%');
    const leaving = leave(head, 'surg');
    await held.untilWaiting('%', 2);
    await held.commit();
    await accepting;
    expect((await leaving).status).toBe(204);
    const now = await ward.call(call);
    await join(head, 'surg');
    expect(now).toMatchObject({ state: 'pending', accepted_by: null });
  });
});

describe('a break, and the start of a shift elsewhere', () => {
  it('a break that begins meanwhile is one there, too', async () => {
    await join(anna, 'surg');
    await held.query(HOLD_LOG, ['icu']);
    const pausing = anna.pause('icu');
    await held.untilWaiting('%append_events%');
    const starting = anna.startShift('surg');
    await held.untilWaitingOr(starting, '%pg_advisory%');
    await held.commit();
    await Promise.all([pausing, starting]);
    expect(await shiftsOf(anna)).toEqual([
      { dept_id: 'icu', paused: true },
      { dept_id: 'surg', paused: true },
    ]);
    await anna.resume('icu');
  });

  it('a break that ends meanwhile is none there, either', async () => {
    await join(anna, 'surg');
    await anna.pause('icu');
    await held.query(HOLD_LOG, ['icu']);
    const resuming = anna.resume('icu');
    await held.untilWaiting('%append_events%');
    const starting = anna.startShift('surg');
    await held.untilWaitingOr(starting, '%pg_advisory%');
    await held.commit();
    await Promise.all([resuming, starting]);
    expect(await shiftsOf(anna)).toEqual([
      { dept_id: 'icu', paused: false },
      { dept_id: 'surg', paused: false },
    ]);
  });
});

it('a person who signs in again while their abandoned shift is being ended, and is on duty, stays so', async () => {
  const call = await ward.press();
  expect(toldOf(call)).toEqual([anna.id]);
  await anna.does('accept', call);
  await held.query('SELECT FROM calls WHERE id = $1 FOR UPDATE', [call.id]);
  await rows('UPDATE sessions SET ended_at = app_now() WHERE staff_id = $1 AND ended_at IS NULL', [anna.id]);
  // The end of the shift hands the call on; so does the end of the session, which does not wait for the call.
  await held.untilWaiting('%FOR NO KEY UPDATE OF c%');
  const again = await signIn(ward.wardline, 'icu-nurse-1');
  const answer = await again.post('/departments/icu/shifts');
  expect(answer).toMatchObject({ status: 201, body: { ended_at: null } });
  await held.commit();
  await ward.settle();
  await ward.settle();
  const now = await shiftsOf(anna);
  await ward.forget('icu-nurse-1');
  expect(now).toMatchObject([{ dept_id: 'icu' }]);
});

it('an urgent call that is placed while another one of the place closes stops the clocks of the less urgent one', async () => {
  const lesser = await ward.pressAt('icu-101-bed');
  const first = await ward.pressAt('icu-101-bed', 'code_blue');
  expect(await ward.call(lesser)).toMatchObject({ superseded_by: first.id, next_deadline_at: null });
  await held.query(HOLD_LOG, ['icu']);
  const closing = manager.command('cancel', first, { reason: 'a mistake' });
  await held.untilWaiting('%append_events%');
  const pressing = ward.pressAt('icu-101-bed', 'staff_emergency');
  await held.untilWaiting('%', 2);
  await held.commit();
  expect((await closing).ok).toBe(true);
  const second = await pressing;
  expect(await ward.call(lesser)).toMatchObject({ superseded_by: second.id, next_deadline_at: null });
});

it('a receipt of an asking is none of the one that follows at that very moment', async () => {
  const call = await ward.press();
  const asking = () =>
    rows<{ received_at: Date | null }>('SELECT received_at FROM annunciations WHERE call_id = $1 AND staff_id = $2', [call.id, anna.id]);
  await held.query('SELECT FROM calls WHERE id = $1 FOR UPDATE', [call.id]);
  expect((await anna.session.post('/departments/icu/acks', { seq: await ward.head() })).status).toBe(204);
  await held.untilWaiting('SELECT id FROM calls%');
  // As for a person who comes on duty.
  await held.query('UPDATE annunciations SET queued_at = app_now(), received_at = NULL WHERE call_id = $1 AND staff_id = $2', [
    call.id,
    anna.id,
  ]);
  await held.commit();
  const other = await ward.press();
  await ben.session.post('/departments/icu/acks', { seq: await ward.head() });
  await ward.until(other, (now: AnyFrame) => now.annunciated_at !== null, 'a receipt behind it');
  expect(await asking()).toEqual([{ received_at: null }]);
});

describe('a place that is retired', () => {
  it('while somebody raises a call there is still in use', async () => {
    await ward.admin.post('/admin/departments/icu/rooms', { id: 'icu-900', name: '900' });
    await held.query(HOLD_LOG, ['icu']);
    const raising = anna.session.post('/calls', { type: 'patient_normal', room_id: 'icu-900' });
    await held.untilWaiting('%append_events%');
    const retiring = ward.admin.send('DELETE', '/admin/departments/icu/rooms/icu-900');
    await held.untilWaiting('%', 2);
    await held.commit();
    expect((await raising).status).toBe(201);
    expect(await retiring).toMatchObject({ status: 409 });
  });

  it('before a call that waits for it is placed gets none', async () => {
    await ward.admin.post('/admin/departments/icu/rooms', { id: 'icu-901', name: '901' });
    await held.query(HOLD_LOG, ['icu']);
    const retiring = ward.admin.send('DELETE', '/admin/departments/icu/rooms/icu-901');
    await held.untilWaiting('%append_events%');
    const raising = anna.session.post('/calls', { type: 'patient_normal', room_id: 'icu-901' });
    await held.untilWaiting('%', 2);
    await held.commit();
    expect((await retiring).status).toBe(204);
    expect((await raising).status).toBe(404);
  });

  const station = (id: string, room_id: string) => ward.admin.post('/admin/stations', { id, room_id, kind: 'bedside' });

  it('while a station is placed there is still in use', async () => {
    await ward.admin.post('/admin/departments/icu/rooms', { id: 'icu-902', name: '902' });
    await held.query(HOLD_LOG, ['icu']);
    const placing = station('icu-902-1', 'icu-902');
    await held.untilWaiting('%append_events%');
    const retiring = ward.admin.send('DELETE', '/admin/departments/icu/rooms/icu-902');
    await held.untilWaiting('%', 2);
    await held.commit();
    expect((await placing).status).toBe(201);
    expect(await retiring).toMatchObject({ status: 409 });
  });

  it('before a station is placed there gets none: its button would be pressed in vain', async () => {
    await ward.admin.post('/admin/departments/icu/rooms', { id: 'icu-903', name: '903' });
    await held.query(HOLD_LOG, ['icu']);
    const retiring = ward.admin.send('DELETE', '/admin/departments/icu/rooms/icu-903');
    await held.untilWaiting('%append_events%');
    const placing = station('icu-903-1', 'icu-903');
    await held.untilWaiting('%', 2);
    await held.commit();
    expect((await retiring).status).toBe(204);
    expect((await placing).status).toBe(404);
  });

  it('with its department gets no station', async () => {
    await ward.admin.post('/admin/departments', { id: 'attic', name: 'Attic' });
    await ward.admin.post('/admin/departments/attic/rooms', { id: 'attic-1', name: '1' });
    expect((await ward.admin.send('DELETE', '/admin/departments/attic')).status).toBe(204);
    expect((await station('attic-1-1', 'attic-1')).status).toBe(404);
  });
});
