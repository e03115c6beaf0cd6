import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { asStation, type AnyFrame } from '../../../support/clients/client.js';
import { askedNow, openForDays, pressAgain, sendPeople } from '../../../support/rounds.js';
import type { Member, Ward } from '../../../support/ward.js';
import { eventually } from '../../../support/eventually.js';

let ward: Ward;
let anna: Member;
let ben: Member;
let cleo: Member;
let manager: Member;

beforeAll(async () => {
  ward = await openForDays();
});
afterAll(() => ward.stop());
beforeEach(async () => {
  ({ anna, ben, cleo, manager } = await sendPeople(ward));
});

async function exclude(person: Member): Promise<void> {
  const [row] = await ward.wardline.database.query<{ time: string }>(`SELECT iso(app_now() + interval '1 hour') AS time`);
  const answer = await ward.admin.post('/departments/icu/exclusions', { staff_id: person.id, until: row!.time, reason: 'training' });
  expect(answer.status).toBe(201);
}

const untilPending = (call: AnyFrame) => ward.until(call, (now) => now.state === 'pending', 'pending');

describe('a call that nobody came to', () => {
  it('asks nobody again who is off duty, on a break or excluded by then', async () => {
    const call = await ward.press();
    await ward.at(call, 95);
    await ward.untilLevel(call, 1);
    const urgent = await ward.press('staff_assist');
    await cleo.does('accept', call);
    await cleo.does('accept', urgent);
    await exclude(anna);
    expect((await ben.pause('icu')).status).toBe(200);
    await ward.move(181);
    await untilPending(call);
    await untilPending(urgent);
    expect(await askedNow(ward, call)).toEqual([cleo.id]);
    expect((await askedNow(ward, urgent)).sort()).toEqual([cleo.id, manager.id].sort());
  });

  it('asks people of this round alone', async () => {
    const call = await ward.press();
    await ward.at(call, 185);
    await ward.untilLevel(call, 2);
    expect(await askedNow(ward, call)).toContain(manager.id);
    await ben.does('arrive', call);
    await ward.move(61);
    await pressAgain(ward, call);
    expect(await askedNow(ward, call)).toEqual([ben.id]);
    await ben.does('accept', call);
    await ward.move(181);
    expect(await untilPending(call)).toMatchObject({ round: 1, level: 0 });
    const asked = await askedNow(ward, call);
    expect(asked).toHaveLength(2);
    expect(asked).toContain(ben.id);
    expect(asked).not.toContain(manager.id);
  });

  it('for the second time waits no longer, but for the time in which an urgent call had stopped it', async () => {
    const call = await ward.pressAt('icu-101-bed');
    await anna.does('accept', call);
    await ward.move(181);
    await untilPending(call);
    await anna.does('accept', call);
    const urgent = await ward.pressAt('icu-101-bed', 'code_blue');
    await ward.move(400);
    await asStation(ward.wardline, 'icu-101-bed')('POST', `/calls/${urgent.id as string}/cancel`, {});
    await ward.move(181);
    await untilPending(call);
    const [row] = await ward.wardline.database.query<{ sec: string }>('SELECT extract(epoch FROM paused) AS sec FROM calls WHERE id = $1', [
      call.id,
    ]);
    expect(Number(row!.sec)).toBeGreaterThan(575);
    expect(Number(row!.sec)).toBeLessThan(640);
  });
});

describe('an urgent call that one person has accepted', () => {
  it('does not ask a person any more whose shift ends, or who is excluded', async () => {
    const call = await ward.press('code_blue');
    const { version } = await anna.does('accept', call);
    expect((await askedNow(ward, call)).sort()).toEqual([anna.id, ben.id, cleo.id, manager.id].sort());
    await ben.endShift('icu');
    await exclude(cleo);
    await eventually(async () => ((await askedNow(ward, call)).length === 2 ? true : undefined), 'two who are asked');
    expect((await askedNow(ward, call)).sort()).toEqual([anna.id, manager.id].sort());
    expect(await ward.call(call)).toMatchObject({ state: 'accepted', accepted_by: anna.id, version });
    await ward.move(61);
    await untilPending(call);
    expect((await askedNow(ward, call)).sort()).toEqual([anna.id, manager.id].sort());
  });
});

describe('a press while a person is present', () => {
  it('that waits does not ask them when their account ends', async () => {
    const call = await ward.press();
    await anna.does('arrive', call);
    await ward.move(20);
    await pressAgain(ward, call);
    try {
      expect((await ward.admin.send('PATCH', `/admin/staff/${anna.id}`, { active: false })).status).toBe(200);
      expect(await untilPending(call)).toMatchObject({ round: 1 });
      expect(await askedNow(ward, call)).toEqual([ben.id]);
    } finally {
      await ward.admin.send('PATCH', `/admin/staff/${anna.id}`, { active: true });
      await ward.forget('icu-nurse-1');
    }
  });

  it('counts at once where the clock went back: the arrival lies ahead', async () => {
    const call = await ward.press();
    await anna.does('arrive', call);
    await ward.wardline.database.query(`UPDATE calls SET attended_at = app_now() + interval '1 hour' WHERE id = $1`, [call.id]);
    expect(await pressAgain(ward, call)).toMatchObject({ state: 'pending', round: 1 });
  });
});

describe('a manager', () => {
  it('who is present off duty, and loses the membership, leaves the call to others', async () => {
    const call = await ward.press();
    await manager.does('arrive', call);
    try {
      expect((await ward.admin.send('DELETE', `/admin/memberships/${manager.id}/icu`)).status).toBe(204);
      expect(await ward.call(call)).toMatchObject({ state: 'pending', accepted_by: null });
      expect(await askedNow(ward, call)).not.toContain(manager.id);
      expect((await ward.story(call)).find((event) => event.data.reason === 'shift_ended')).toBeDefined();
    } finally {
      await ward.admin.post('/admin/memberships', { staff_id: manager.id, dept: 'icu' });
      await ward.forget('icu-manager');
    }
  });

  it('of level 2 who declines brings no level 3 before its time', async () => {
    const call = await ward.press();
    await ward.at(call, 185);
    await ward.untilLevel(call, 2);
    await manager.does('decline', call);
    await ward.settle();
    await ward.settle();
    expect(await ward.call(call)).toMatchObject({ level: 2 });
  });

  it('who hands over a call in progress tells its new person by an event that is never dropped', async () => {
    const call = await ward.press();
    expect((await ward.story(call)).at(-1)).toMatchObject({ type: 'call.assigned', critical: false });
    await anna.does('arrive', call);
    const answer = await manager.session.post(`/calls/${call.id as string}/reassign`, { staff_id: ben.id, reason: 'the end of her shift' });
    expect(answer.status).toBe(200);
    expect((await ward.story(call)).at(-1)).toMatchObject({ type: 'call.assigned', critical: true, data: { staff_ids: [ben.id] } });
  });
});

it('the failsafe asks a person again who declined off duty', async () => {
  for (const nurse of [anna, ben, cleo]) await nurse.endShift('icu');
  const call = await ward.press();
  expect(await askedNow(ward, call)).toContain(anna.id);
  await anna.does('decline', call);
  await ward.at(call, 305);
  await ward.untilLevel(call, 3);
  expect(await askedNow(ward, call)).not.toContain(anna.id);
  await ward.at(call, 365);
  await eventually(async () => ((await askedNow(ward, call)).includes(anna.id) ? true : undefined), 'Anna is asked');
});
