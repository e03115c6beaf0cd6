import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AnyFrame } from '../../../support/clients/client.js';
import { type Member, toldOf, Ward } from '../../../support/ward.js';

let ward: Ward;

beforeAll(async () => {
  ward = await Ward.open();
});
afterAll(() => ward.stop());
beforeEach(() => ward.empty());

const NURSES = ['icu-nurse-1', 'icu-nurse-2', 'icu-nurse-3', 'icu-nurse-4'];

/** So many nurses on duty and connected, in the queue's order. */
function onDuty(count: number): Promise<Member[]> {
  return ward.onDuty('icu', ...NURSES.slice(0, count));
}

async function asManager(path: string, body: Record<string, unknown>): Promise<AnyFrame> {
  const manager = await ward.member('icu-manager');
  const answer = await manager.session.post(`/departments/icu/${path}`, body);
  expect(answer.status).toBeLessThan(300);
  return answer.body;
}

function inAnHour(): string {
  return new Date(Date.now() + 30 * 24 * 3_600_000).toISOString();
}

/** The reason of each `call.unattended` of the call. */
async function unattended(call: AnyFrame): Promise<string[]> {
  return (await ward.story(call)).filter((event) => event.type === 'call.unattended').map((event) => event.data.reason as string);
}

async function reopened(call: AnyFrame, reason: string): Promise<AnyFrame[]> {
  return (await ward.story(call)).filter((event) => event.type === 'call.pending' && event.data.reason === reason);
}

describe('people who are free come first', () => {
  it('in the queue’s order; a person with an accepted call or one in progress is passed over, and keeps their place', async () => {
    const [anna, ben, cleo] = await onDuty(3);
    const first = await ward.press();
    await anna!.does('accept', first);
    const second = await ward.press();
    await ben!.does('arrive', second);
    // The queue is cleo, anna, ben.
    expect(toldOf(await ward.press())).toEqual([cleo!.id]);
    expect(toldOf(await ward.press())).toEqual([cleo!.id]);
    expect(toldOf(await ward.press())).toEqual([cleo!.id]);
    await anna!.does('arrive', first);
    await anna!.does('complete', first);
    expect(toldOf(await ward.press())).toEqual([anna!.id]);
    await ben!.does('complete', second);
    // Ben was passed over four times, and heads the queue.
    expect(toldOf(await ward.press())).toEqual([ben!.id]);
  });

  it('where everybody is busy the queue’s order decides', async () => {
    const [anna, ben] = await onDuty(2);
    for (const nurse of [anna!, ben!]) await nurse.does('accept', await ward.press());
    expect(toldOf(await ward.press())).toEqual([anna!.id]);
    expect(toldOf(await ward.press())).toEqual([ben!.id]);
  });

  it('a call in another department counts', async () => {
    const [anna, ben] = await onDuty(2);
    await ward.wardline.database.query(`INSERT INTO memberships (staff_id, dept_id) VALUES ($1, 'med') ON CONFLICT DO NOTHING`, [anna!.id]);
    const elsewhere = await ward.press('patient_normal', 'med');
    await ward.wardline.database.query(
      `UPDATE calls SET state = 'accepted', accepted_by = $2, accepted_at = app_now(), next_escalation_at = NULL WHERE id = $1`,
      [elsewhere.id, anna!.id],
    );
    expect(toldOf(await ward.press())).toEqual([ben!.id]);
  });
});

describe('a manager on duty', () => {
  it('takes turns like a nurse', async () => {
    const [anna] = await onDuty(1);
    const [manager] = await ward.onDuty('icu', 'icu-manager');
    const asked = [await ward.press(), await ward.press(), await ward.press()].map((call) => toldOf(call));
    expect(asked).toEqual([[anna!.id], [manager!.id], [anna!.id]]);
  });

  it('is asked first as the primary of a room', async () => {
    await onDuty(1);
    const [manager] = await ward.onDuty('icu', 'icu-manager');
    await ward.wardline.database.query(
      `INSERT INTO room_assignments (room_id, dept_id, primary_id, author_id) VALUES ('icu-108', 'icu', $1, $2)`,
      [manager!.id, ward.admin.user.id],
    );
    expect(toldOf(await ward.pressAt('icu-108-bed'))).toEqual([manager!.id]);
  });

  it('who is lost leaves the queue, and their call goes on; back later they are at the tail', async () => {
    const [manager] = await ward.onDuty('icu', 'icu-manager');
    const [anna] = await onDuty(1);
    const call = await ward.press();
    expect(toldOf(call)).toEqual([manager!.id]);
    await manager!.disconnect();
    await ward.move(70);
    const now = await ward.until(call, (one) => toldOf(one).includes(anna!.id), 'the next nurse');
    expect(now).toMatchObject({ state: 'pending', level: 0, priority: 1 });
    await ward.event((event) => event.type === 'nurse.offline' && event.data.staff_id === manager!.id, 'nurse.offline');
    await manager!.connect();
    await ward.event((event) => event.type === 'nurse.online' && event.data.staff_id === manager!.id, 'nurse.online');
    expect([toldOf(await ward.press()), toldOf(await ward.press())]).toEqual([[anna!.id], [manager!.id]]);
  });

  it('who was asked already is told again by level 2, which does not pass on', async () => {
    const [manager] = await ward.onDuty('icu', 'icu-manager');
    await onDuty(2);
    const call = await ward.press();
    expect(toldOf(call)).toEqual([manager!.id]);
    await ward.at(call, 181);
    await ward.untilLevel(call, 2);
    await ward.settle();
    expect(await ward.call(call)).toMatchObject({ level: 2 });
    expect(await ward.deadline(call)).toBeCloseTo(300, 0);
  });
});

describe('an exclusion', () => {
  it('hands on the pending calls that the person was asked for, and leaves an accepted one', async () => {
    const [anna, ben] = await onDuty(2);
    const pending = await ward.press();
    expect(toldOf(pending)).toEqual([anna!.id]);
    await ben!.does('decline', await ward.press());
    const accepted = await ward.press();
    await anna!.does('accept', accepted);
    await asManager('exclusions', { staff_id: anna!.id, until: inAnHour(), reason: 'a test' });
    const now = await ward.until(pending, (one) => toldOf(one).includes(ben!.id), 'the next nurse');
    expect(now).toMatchObject({ state: 'pending', level: 0, priority: 0, version: 1 });
    expect(await reopened(pending, 'excluded')).toHaveLength(1);
    expect(await ward.call(accepted)).toMatchObject({ state: 'accepted', accepted_by: anna!.id });
  });

  it('of the only nurse leaves the call to everybody', async () => {
    const [anna] = await onDuty(1);
    await ward.connected('icu-manager');
    const call = await ward.press();
    await asManager('exclusions', { staff_id: anna!.id, until: inAnHour(), reason: 'a test' });
    await ward.untilLevel(call, 2);
    expect(await unattended(call)).toEqual(['nobody_on_duty']);
  });
});

describe('call.unattended says why', () => {
  it('nobody_on_duty', async () => {
    await ward.connected('icu-nurse-1', 'icu-manager');
    expect(await unattended(await ward.press())).toEqual(['nobody_on_duty']);
  });

  it('nobody_reachable', async () => {
    const [anna] = await onDuty(1);
    await anna!.disconnect();
    await ward.move(70);
    await ward.event((event) => event.type === 'nurse.offline' && event.data.staff_id === anna!.id, 'nurse.offline', {
      after: (await ward.head()) - 3,
    });
    expect(await unattended(await ward.press())).toEqual(['nobody_reachable']);
  });

  it('all_declined', async () => {
    const [anna, ben] = await onDuty(2);
    const call = await ward.press();
    await anna!.does('decline', call);
    expect(await unattended(call)).toEqual([]);
    await ben!.does('decline', call);
    expect(await unattended(call)).toEqual(['all_declined']);
  });
});

describe('nobody can be reached at all', () => {
  it('level 3 fires at once, and the failsafe counts from then', async () => {
    const call = await ward.press();
    expect(call).toMatchObject({ level: 3, priority: 8, state: 'pending' });
    expect(toldOf(call)).toContain(ward.admin.user.id);
    expect((await ward.escalations(call)).map((event) => event.data.level)).toEqual([1, 2, 3]);
    expect(await ward.deadline(call)).toBeCloseTo(60, 0);
    await ward.at(call, 62);
    await ward.until(call, () => true, 'the call');
    const repeat = await ward.event((event) => event.data.call_id === call.id && event.data.repeat === 1, 'the failsafe');
    expect(repeat.data).toMatchObject({ level: 3, repeat: 1 });
  });

  it('also when the last one declines later: the failsafe does not start at once', async () => {
    const [anna] = await onDuty(1);
    const call = await ward.press();
    await ward.at(call, 70);
    await anna!.does('decline', call);
    expect(await ward.call(call)).toMatchObject({ level: 3 });
    expect(await ward.deadline(call)).toBeGreaterThan(125);
    expect(await unattended(call)).toEqual(['all_declined']);
  });

  it('a manager within the buffer keeps level 3 to its deadline', async () => {
    const [manager] = await ward.connected('icu-manager');
    await manager!.disconnect();
    await ward.move(100);
    const call = await ward.press();
    expect(call).toMatchObject({ level: 2 });
    expect(await ward.deadline(call)).toBeCloseTo(300, 0);
  });
});

describe('a person whose shift ended', () => {
  it('is no recipient any more, and may be asked again when they are back', async () => {
    const [anna, ben] = await onDuty(2);
    const call = await ward.press();
    await anna!.endShift('icu');
    expect(toldOf(await ward.call(call))).toContain(ben!.id);
    expect((await anna!.command('accept', call)).status).toBe(403);
    await anna!.startShift('icu');
    const declined = await ben!.does('decline', call);
    expect(declined.recipients).toContainEqual(expect.objectContaining({ staff_id: anna!.id, reason: 'queue' }));
    expect(await unattended(call)).toEqual([]);
  });
});
