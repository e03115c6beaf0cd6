import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { asStation, type AnyFrame } from '../../../support/clients/client.js';
import { outcomeOf } from '../../../support/clients/person.js';
import { askedNow, openForDays, pressAgain, sendPeople } from '../../../support/rounds.js';
import { type Member, toldOf, type Ward } from '../../../support/ward.js';
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

async function showPresence(call: AnyFrame, station = call.station_id as string): Promise<AnyFrame> {
  const answer = await asStation(ward.wardline, station)('POST', `/calls/${call.id as string}/presence`, {});
  expect(answer.status).toBe(200);
  return answer.body;
}

const types = async (call: AnyFrame) => (await ward.story(call)).map((event) => event.type);
const isAskedNow = (call: AnyFrame) =>
  (call.recipients as AnyFrame[]).filter((one) => (one.withdrawn_at ?? null) === null).map((one) => one.staff_id as string);
/** Seconds left until the call's next deadline, by the server's clock. */
async function left(call: AnyFrame): Promise<number | null> {
  const { next_deadline_at: at } = await ward.call(call);
  if (at === null) return null;
  const [row] = await ward.wardline.database.query<{ now: string }>('SELECT extract(epoch FROM app_now()) AS now');
  return Date.parse(at) / 1000 - Number(row!.now);
}

describe('a call in progress whose button is pressed again', () => {
  it('counts, and does nothing in the first seconds: the patient pressed before the nurse was there', async () => {
    const call = await ward.press();
    await anna.does('arrive', call);
    expect(await pressAgain(ward, call)).toMatchObject({ state: 'in_progress', repeats: 1, round: 0 });
    await ward.move(70);
    await ward.settle();
    expect(await ward.call(call)).toMatchObject({ state: 'in_progress', round: 0, present_by: `staff:${anna.id}` });
  });

  it('from CALL_PRESS_AGAIN_SEC on starts a new round at once: level 0, the priority that it has, the person who was present alone', async () => {
    const call = await ward.press();
    await ward.at(call, 95);
    await ward.untilLevel(call, 1);
    await ben.does('arrive', call);
    await ward.move(61);
    const again = await pressAgain(ward, call);
    expect(again).toMatchObject({
      state: 'pending',
      round: 1,
      level: 0,
      priority: 1,
      repeats: 1,
      accepted_by: null,
      present_by: null,
      version: 3,
    });
    expect(await askedNow(ward, call)).toEqual([ben.id]);
    const story = await ward.story(call);
    expect(story.slice(-2)).toMatchObject([
      {
        type: 'call.pending',
        critical: true,
        data: { reason: 'pressed_again', from: 'in_progress', by: `station:${String(call.station_id)}` },
      },
      { type: 'call.assigned', data: { staff_ids: [ben.id] } },
    ]);
    expect(await left(call)).toBeGreaterThan(85);
  });

  it('climbs each level once more in the new round, from its own start', async () => {
    const call = await ward.press();
    await ward.at(call, 95);
    await ward.untilLevel(call, 1);
    await ben.does('arrive', call);
    await ward.move(61);
    await pressAgain(ward, call);
    // The report still counts the level of the round before.
    expect(await ward.wardline.database.query('SELECT level, earlier_level FROM calls WHERE id = $1', [call.id])).toEqual([
      { level: 0, earlier_level: 1 },
    ]);
    await ward.move(91);
    expect(await ward.untilLevel(call, 1)).toMatchObject({ round: 1, level: 1, priority: 2 });
    // Everybody may be asked again, also Anna, who was in the round before.
    expect((await askedNow(ward, call)).length).toBe(2);
    await ward.move(90);
    expect(await ward.untilLevel(call, 2)).toMatchObject({ priority: 4 });
    expect((await ward.escalations(call)).map((event) => [event.data.call.round, event.data.level])).toEqual([
      [0, 1],
      [1, 1],
      [1, 2],
    ]);
  });

  it('in between counts at that time', async () => {
    const call = await ward.press();
    await anna.does('arrive', call);
    await ward.move(20);
    expect(await pressAgain(ward, call)).toMatchObject({ state: 'in_progress', round: 0 });
    const press = (await ward.story(call)).at(-1)!;
    expect(press).toMatchObject({ type: 'call.repeated', critical: true, data: { call: { repeats: 1 } } });
    await ward.move(30);
    await ward.settle();
    expect(await ward.call(call)).toMatchObject({ state: 'in_progress' });
    await ward.move(11);
    expect(await ward.until(call, (now) => now.state === 'pending', 'pending')).toMatchObject({ round: 1, level: 0 });
    expect((await ward.story(call)).find((event) => event.data.reason === 'pressed_again')).toMatchObject({ data: { by: 'system' } });
  });

  it('in between counts never where the person who is present says so', async () => {
    const call = await ward.press();
    await anna.does('arrive', call);
    await ward.move(20);
    await pressAgain(ward, call);
    expect(await anna.does('arrive', call)).toMatchObject({ state: 'in_progress', version: 2, present_by: `staff:${anna.id}` });
    await ward.move(50);
    await ward.settle();
    expect(await ward.call(call)).toMatchObject({ state: 'in_progress', round: 0 });
  });

  it('in between counts at once when that person is lost', async () => {
    const call = await ward.press();
    await anna.does('arrive', call);
    await anna.disconnect();
    await ward.move(20);
    await pressAgain(ward, call);
    await ward.wardline.database.query(`UPDATE calls SET press_again_at = app_now() + interval '1 hour' WHERE id = $1`, [call.id]);
    await ward.move(45);
    const now = await ward.until(call, (one) => one.state === 'pending', 'pending');
    expect(now).toMatchObject({ round: 1 });
    // She cannot be reached: dispatched like a new one.
    expect(await askedNow(ward, call)).not.toContain(anna.id);
    expect((await ward.story(call)).find((event) => event.data.reason === 'pressed_again')).toBeDefined();
  });

  it('and at once where they are lost already', async () => {
    const call = await ward.press();
    await anna.does('arrive', call);
    await anna.disconnect();
    await ward.move(70);
    await ward.event((event) => event.type === 'nurse.offline', 'nurse.offline', { after: call.seq ?? 0 });
    await ward.wardline.database.query('UPDATE calls SET attended_at = app_now() WHERE id = $1', [call.id]);
    expect(await pressAgain(ward, call)).toMatchObject({ state: 'pending', round: 1 });
  });

  it('at an urgent call starts a new round at once, and goes to all', async () => {
    const call = await ward.press('code_blue');
    await anna.does('accept', call);
    await showPresence(call);
    const again = await pressAgain(ward, call);
    expect(again).toMatchObject({ state: 'pending', round: 1, level: 0, priority: 20 });
    expect(await askedNow(ward, call)).toEqual(expect.arrayContaining([anna.id, ben.id, cleo.id, manager.id]));
  });

  it('raised by a person, too', async () => {
    const call = await ward.press();
    await anna.does('arrive', call);
    await ward.move(61);
    const answer = await ben.session.post('/calls', { type: call.type, room_id: call.room_id, bed_id: call.bed_id });
    expect(answer).toMatchObject({ status: 200, body: { id: call.id, state: 'pending', round: 1 } });
  });

  it('forgets the declines of the round before', async () => {
    const call = await ward.press();
    await anna.does('decline', call);
    await ben.does('arrive', call);
    await ben.disconnect();
    await cleo.endShift('icu');
    await ward.move(61);
    await pressAgain(ward, call);
    expect(await askedNow(ward, call)).toEqual([anna.id]);
  });
});

describe('presses while the call is accepted', () => {
  it('are critical, and change nothing else', async () => {
    const call = await ward.press();
    await anna.does('accept', call);
    expect(await pressAgain(ward, call)).toMatchObject({ state: 'accepted', accepted_by: anna.id, repeats: 1, round: 0 });
    const press = (await ward.story(call)).at(-1)!;
    expect(press).toMatchObject({ type: 'call.repeated', critical: true });
  });

  it('are not critical while it is pending', async () => {
    const call = await ward.press();
    await pressAgain(ward, call);
    expect((await ward.story(call)).at(-1)).toMatchObject({ type: 'call.repeated', critical: false });
  });
});

describe('quick presses', () => {
  it('end with an event that has the right count', async () => {
    const call = await ward.press();
    for (let n = 0; n < 5; n++) await pressAgain(ward, call);
    const last = await eventually(async () => {
      const presses = (await ward.story(call)).filter((event) => event.type === 'call.repeated');
      return presses.at(-1)?.data.call.repeats === 5 ? presses : undefined;
    }, 'the last count');
    expect(last.length).toBeLessThanOrEqual(4);
    for (const [index, event] of last.slice(1).entries())
      expect(Date.parse(event.time) - Date.parse(last[index]!.time)).toBeGreaterThan(900);
  });
});

describe('attendance', () => {
  it('after CALL_ATTENDANCE_SEC the person who is present is asked, and 120 s later a new round begins', async () => {
    const call = await ward.press();
    await anna.does('arrive', call);
    await ward.move(1190);
    await ward.settle();
    expect(await types(call)).not.toContain('call.attendance_due');
    await ward.move(11);
    const due = await ward.event((event) => event.type === 'call.attendance_due' && event.data.call_id === call.id, 'attendance_due');
    expect(due).toMatchObject({ critical: true, data: { staff_ids: [anna.id], call: { state: 'in_progress', version: 2 } } });
    await ward.move(110);
    await ward.settle();
    expect((await ward.call(call)).state).toBe('in_progress');
    await ward.move(11);
    const now = await ward.until(call, (one) => one.state === 'pending', 'pending');
    expect(now).toMatchObject({ round: 1, level: 0 });
    expect(await askedNow(ward, call)).toEqual([anna.id]);
    const story = await ward.story(call);
    expect(story.filter((event) => event.type === 'call.attendance_due')).toHaveLength(1);
    expect(story.find((event) => event.data.reason === 'attendance_timeout')).toMatchObject({ data: { from: 'in_progress' } });
  });

  it("is renewed by one's own arrival", async () => {
    const call = await ward.press();
    await anna.does('arrive', call);
    await ward.move(1201);
    await ward.event((event) => event.type === 'call.attendance_due' && event.data.call_id === call.id, 'attendance_due');
    await anna.does('arrive', call);
    expect(await left(call)).toBeGreaterThan(1190);
    await ward.move(600);
    await ward.settle();
    expect(await ward.call(call)).toMatchObject({ state: 'in_progress', round: 0 });
  });

  it.each([
    ['code_blue', 3600],
    ['technical_fault', null],
  ] as const)('%s: %s s', async (type, seconds) => {
    const call = await ward.press(type);
    if (seconds === null) await anna.does('arrive', call);
    else await showPresence(call);
    const remaining = await left(call);
    if (seconds === null) expect(remaining).toBeNull();
    else expect(remaining).toBeGreaterThan(seconds - 10);
  });

  it('waits 30 s more after an outage of everything', async () => {
    const call = await ward.press();
    const held = await ward.press();
    await anna.does('arrive', call);
    await ben.does('accept', held);
    await ward.wardline.database.query(
      `UPDATE calls SET attendance_due_at = CASE WHEN state = 'in_progress' THEN app_now() END, presence_due_at = CASE WHEN state = 'accepted' THEN app_now() END,
         attended_at = CASE WHEN state = 'in_progress' THEN app_now() - interval '1 minute' END, accepted_at = app_now() - interval '1 minute' WHERE id = ANY($1)`,
      [[call.id, held.id]],
    );
    await ward.wardline.database.query(`UPDATE ward_watch SET ready_at = app_now() + interval '1 second'`);
    await ward.settle();
    await ward.settle();
    expect(await types(call)).not.toContain('call.attendance_due');
    expect((await ward.call(held)).state).toBe('accepted');
    await ward.move(31);
    await ward.event((event) => event.type === 'call.attendance_due' && event.data.call_id === call.id, 'attendance_due');
    await ward.until(held, (one) => one.state === 'pending', 'pending');
  });
});

it('a presence or an attendance that nobody looks after turns health red', async () => {
  const call = await ward.press();
  await anna.does('arrive', call);
  await ward.wardline.database.query(
    `UPDATE calls SET attendance_due_at = app_now() - interval '10 seconds', engine_retry_at = app_now() + interval '1 hour' WHERE id = $1`,
    [call.id],
  );
  await eventually(async () => ((await ward.probe('/healthz')).body.status === 'degraded' ? true : undefined), 'a degraded health');
  await ward.wardline.database.query('UPDATE calls SET engine_retry_at = NULL WHERE id = $1', [call.id]);
  await eventually(async () => ((await ward.probe('/healthz')).body.status === 'ok' ? true : undefined), 'a sound health');
});

describe('a colleague who arrives', () => {
  it.each(['pending', 'accepted', 'in_progress'] as const)('takes the call over when it is %s', async (state) => {
    const call = await ward.press();
    if (state !== 'pending') await anna.does('accept', call);
    if (state === 'in_progress') await anna.does('arrive', call);
    const now = await ben.does('arrive', call);
    expect(now).toMatchObject({ state: 'in_progress', accepted_by: ben.id, present_by: `staff:${ben.id}` });
    expect((await ward.story(call)).at(-1)).toMatchObject({ type: 'call.in_progress', data: { from: state, by: `staff:${ben.id}` } });
    expect(await anna.command('complete', call)).toMatchObject({ status: 403 });
    expect(await ben.does('complete', call)).toMatchObject({ state: 'completed' });
  });

  it('does not raise the version of a call in progress', async () => {
    const call = await ward.press();
    const { version } = await anna.does('arrive', call);
    expect((await ben.does('arrive', call)).version).toBe(version);
  });

  it('is somebody who may take the call on', async () => {
    const call = await ward.press();
    await anna.does('arrive', call);
    const offDuty = await ward.member('icu-nurse-4');
    expect(await offDuty.command('arrive', call)).toMatchObject({ status: 403 });
  });
});

describe('when the session of the person who is present ends', () => {
  it('the call is pending, reason shift_ended, and somebody else is asked', async () => {
    const call = await ward.press();
    const dora = (await ward.onDuty('icu', 'icu-nurse-4'))[0]!;
    await dora.does('arrive', call);
    await ward.wardline.database.query('UPDATE sessions SET ended_at = app_now() WHERE staff_id = $1 AND ended_at IS NULL', [dora.id]);
    const now = await ward.until(call, (one) => one.state === 'pending', 'pending');
    expect(now).toMatchObject({ round: 0, accepted_by: null, present_by: null });
    expect((await ward.story(call)).find((event) => event.data.reason === 'shift_ended')).toMatchObject({
      type: 'call.pending',
      critical: true,
      data: { from: 'in_progress' },
    });
    expect((await askedNow(ward, call)).some((id) => [anna.id, ben.id, cleo.id].includes(id))).toBe(true);
    await ward.forget('icu-nurse-4');
  });

  it('so when their account ends, which a call in progress does not keep from ending', async () => {
    const dora = (await ward.onDuty('icu', 'icu-nurse-4'))[0]!;
    const call = await ward.press();
    await dora.does('arrive', call);
    const answer = await ward.admin.send('PATCH', `/admin/staff/${dora.id}`, { active: false });
    expect(answer.status).toBe(200);
    expect(await ward.call(call)).toMatchObject({ state: 'pending', accepted_by: null });
    expect((await ward.story(call)).find((event) => event.data.reason === 'shift_ended')).toMatchObject({ data: { from: 'in_progress' } });
    await ward.admin.send('PATCH', `/admin/staff/${dora.id}`, { active: true });
    await ward.forget('icu-nurse-4');
  });
});

describe('no_presence', () => {
  it('moves the deadlines on the first time in a round, and never again', async () => {
    const call = await ward.press();
    await ward.move(50);
    await anna.does('accept', call);
    await ward.move(181);
    await ward.until(call, (one) => one.state === 'pending', 'pending');
    const first = (await left(call))!;
    expect(first).toBeGreaterThan(30);
    expect(first).toBeLessThan(42);
    await anna.does('accept', call);
    await ward.move(181);
    await ward.until(call, (one) => one.state === 'pending' && one.level >= 1, 'the level that is due');
  });

  it('comes after 60 s at an urgent call', async () => {
    const call = await ward.press('code_blue');
    await anna.does('accept', call);
    expect(await left(call)).toBeLessThan(61);
    await ward.move(61);
    await ward.until(call, (one) => one.state === 'pending', 'pending');
  });
});

describe('an accept of an urgent call', () => {
  it('silences the device of the person who gave it, also one that comes second; the others ring until presence is shown', async () => {
    const call = await ward.press('code_blue');
    await anna.does('accept', call);
    expect(await askedNow(ward, call)).toEqual(expect.arrayContaining([ben.id, cleo.id, manager.id]));
    expect(await ben.command('accept', call)).toMatchObject({ ok: false, code: 'CALL_ALREADY_ACCEPTED' });
    const ringing = await askedNow(ward, call);
    expect(ringing).not.toContain(ben.id);
    expect(ringing).toEqual(expect.arrayContaining([cleo.id, manager.id]));
    await showPresence(call);
    expect(await askedNow(ward, call)).toEqual([anna.id]);
  });

  it('that comes second is asked again when nobody came', async () => {
    const call = await ward.press('code_blue');
    await anna.does('accept', call);
    await ben.command('accept', call);
    await ward.move(61);
    await ward.until(call, (one) => one.state === 'pending', 'pending');
    expect(await askedNow(ward, call)).toEqual(expect.arrayContaining([anna.id, ben.id, cleo.id]));
  });
});

describe('a decline', () => {
  it('carries its code in the event; its text stays in the record', async () => {
    const call = await ward.press();
    const outcome = await anna.command('decline', call, { code: 'too_far', reason: 'I am with Mr Smith' });
    expect(outcome.ok).toBe(true);
    const event = (await ward.story(call)).find((one) => one.type === 'call.declined')!;
    expect(event.data).toMatchObject({ code: 'too_far' });
    expect(JSON.stringify(await ward.log())).not.toContain('Smith');
    const [row] = await ward.wardline.database.query<{ decline_code: string; decline_reason: string }>(
      'SELECT decline_code, decline_reason FROM annunciations WHERE call_id = $1 AND staff_id = $2',
      [call.id, anna.id],
    );
    expect(row).toEqual({ decline_code: 'too_far', decline_reason: 'I am with Mr Smith' });
  });

  it('by the person who accepted makes the call pending', async () => {
    const call = await ward.press();
    await ben.does('accept', call);
    expect(await ben.command('decline', call, { code: 'busy' })).toMatchObject({ ok: true, call: { state: 'pending', accepted_by: null } });
  });

  it('knows no other code, and the other commands know none', async () => {
    const call = await ward.press();
    expect(await anna.command('decline', call, { code: 'lunch' })).toMatchObject({ status: 400 });
    expect(await anna.command('accept', call, { code: 'busy' })).toMatchObject({ status: 400 });
  });
});

describe('presence in a room', () => {
  /** A code blue that a person raises, in a room of its own. */
  async function codeBlue(roomId: string): Promise<AnyFrame> {
    const answer = await anna.session.post('/calls', { type: 'code_blue', room_id: roomId });
    expect(answer.status).toBe(201);
    return answer.body;
  }

  it('without a station is shown by a phone, also at an urgent call', async () => {
    const id = `icu-office-${randomUUID().slice(0, 8)}`;
    expect((await ward.admin.post('/admin/departments/icu/rooms', { id, name: 'Office' })).status).toBe(201);
    const call = await codeBlue(id);
    expect(await ben.does('arrive', call)).toMatchObject({ state: 'in_progress', present_by: `staff:${ben.id}` });
    expect(await anna.command('complete', call)).toMatchObject({ status: 403 });
    expect(await ben.does('complete', call)).toMatchObject({ state: 'completed' });
  });

  it('whose stations are all silent, too; with one that is heard it is shown at the bedside', async () => {
    const call = await codeBlue('icu-101');
    expect(await ben.command('arrive', call)).toMatchObject({ status: 403 });
    await ward.wardline.database.query(`UPDATE stations SET stale_since = app_now() WHERE room_id = 'icu-101'`);
    try {
      await ben.does('arrive', call);
    } finally {
      await ward.wardline.database.query(`UPDATE stations SET stale_since = NULL WHERE room_id = 'icu-101'`);
    }
  });

  it('names nobody: any nurse on duty may complete what a station has shown', async () => {
    const call = await ward.pressAt('icu-102-bed', 'code_blue');
    await anna.does('accept', call);
    expect(await showPresence(call)).toMatchObject({ state: 'in_progress', accepted_by: anna.id, present_by: 'station:icu-102-bed' });
    expect(outcomeOf(await cleo.session.post(`/calls/${call.id as string}/complete`, {}))).toMatchObject({ ok: true });
  });
});

it('recipients that are shown agree with who is asked', async () => {
  const call = await ward.press();
  expect(isAskedNow(call)).toEqual(toldOf(call));
});
