import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { asStation, type AnyFrame, type Answer } from '../../../support/clients/client.js';
import { openForDays, sendPeople } from '../../../support/rounds.js';
import type { Member, Ward } from '../../../support/ward.js';

const BED = 'icu-101-bed';
const ROOM = 'icu-101';

let ward: Ward;
let anna: Member;
let ben: Member;

beforeAll(async () => {
  ward = await openForDays();
});
afterAll(() => ward.stop());
beforeEach(async () => {
  ({ anna, ben } = await sendPeople(ward));
});

function press(station: string, type = 'patient_normal'): Promise<Answer> {
  return asStation(ward.wardline, station)('POST', '/calls', { type });
}
const raise = (fields: Record<string, unknown>, who = anna) => who.session.post('/calls', { type: 'patient_normal', ...fields });
const cancelAt = (station: string, call: AnyFrame) => asStation(ward.wardline, station)('POST', `/calls/${call.id as string}/cancel`, {});
const presence = (call: AnyFrame) => asStation(ward.wardline, BED)('POST', `/calls/${call.id as string}/presence`, {});
const lights = async (station: string) => (await asStation(ward.wardline, station)('GET', '/calls')).body.items as AnyFrame[];
const types = async (call: AnyFrame) => (await ward.story(call)).map((event) => event.type as string);
/** Seconds left until the call's next deadline, by the server's clock. */
async function left(call: AnyFrame): Promise<number | null> {
  const { next_deadline_at: at } = await ward.call(call);
  if (at === null) return null;
  const [row] = await ward.wardline.database.query<{ now: string }>('SELECT extract(epoch FROM app_now()) AS now');
  return Date.parse(at) / 1000 - Number(row!.now);
}

describe('one kind at one place is one call', () => {
  it('by button and then by phone, and the other way round', async () => {
    const byButton = (await press(BED)).body;
    expect(await raise({ room_id: ROOM, bed_id: `${ROOM}-a` })).toMatchObject({ status: 200, body: { id: byButton.id, repeats: 1 } });
    await anna.does('cancel', byButton);
    const byPhone = await raise({ room_id: ROOM, bed_id: `${ROOM}-a` });
    expect(byPhone.status).toBe(201);
    expect(await press(BED)).toMatchObject({ status: 200, body: { id: byPhone.body.id, repeats: 1, station_id: null } });
  });

  it('and the station that pressed sees it as its own: the lamp, and cancel', async () => {
    const { body: call } = await raise({ room_id: ROOM, bed_id: `${ROOM}-a` });
    expect(await lights(BED)).toEqual([]);
    expect((await cancelAt(BED, call)).status).toBe(404);
    await press(BED);
    expect(await lights(BED)).toMatchObject([{ id: call.id }]);
    expect(await cancelAt(BED, call)).toMatchObject({ status: 200, body: { state: 'cancelled' } });
  });

  it("a person's raise without a bed joins the room's oldest of the kind", async () => {
    const cord = (await press('icu-101-bath', 'bath_emergency')).body;
    const bed = (await press(BED)).body;
    expect(await raise({ room_id: ROOM })).toMatchObject({ status: 200, body: { id: bed.id } });
    expect(await raise({ room_id: ROOM, type: 'bath_emergency' })).toMatchObject({ status: 200, body: { id: cord.id } });
  });

  it('a call for the room becomes the one of the bed that presses; the cord is another', async () => {
    const { body: call } = await raise({ room_id: ROOM });
    expect(call.bed_id).toBeNull();
    expect(await press(BED)).toMatchObject({ status: 200, body: { id: call.id, bed_id: `${ROOM}-a` } });
    const cord = await press('icu-101-bath');
    expect(cord).toMatchObject({ status: 201, body: { bed_id: null } });
    expect(cord.body.id).not.toBe(call.id);
    // The oldest one.
    expect(await raise({ room_id: ROOM }, ben)).toMatchObject({ status: 200, body: { id: call.id } });
  });

  it('two stations of a bed press for the same one, and each may take it back', async () => {
    const made = await ward.admin.post('/admin/stations', {
      id: 'icu-101-pad',
      room_id: ROOM,
      bed_id: `${ROOM}-a`,
      kind: 'bedside',
      name: 'Pad',
    });
    expect(made.status).toBe(201);
    ward.wardline.firstRun.stations.push({ id: 'icu-101-pad', key: made.body.key, dept: 'icu', room_id: ROOM, kind: 'bedside' });
    try {
      const { body: call } = await press(BED);
      expect(await press('icu-101-pad')).toMatchObject({ status: 200, body: { id: call.id, station_id: BED } });
      expect(await lights('icu-101-pad')).toMatchObject([{ id: call.id }]);
      expect((await cancelAt('icu-101-pad', call)).status).toBe(200);
    } finally {
      ward.wardline.firstRun.stations.pop();
      await ward.admin.send('DELETE', '/admin/stations/icu-101-pad');
    }
  });

  it('at once by button and by phone is one call', async () => {
    for (let round = 0; round < 5; round++) {
      const answers = await Promise.all([press(BED), raise({ room_id: ROOM, bed_id: `${ROOM}-a` }), press(BED), raise({ room_id: ROOM })]);
      expect(new Set(answers.map((answer) => answer.body.id)).size).toBeLessThanOrEqual(2);
      const open = (await ward.admin.get('/calls?dept=icu')).body.items as AnyFrame[];
      expect(open.filter((call) => call.bed_id === `${ROOM}-a`)).toHaveLength(1);
      for (const call of open) await anna.does('cancel', call);
    }
  });
});

describe('a more urgent kind', () => {
  it('names the less urgent ones of the place; below rank 2 their clocks go on', async () => {
    const normal = (await press(BED)).body;
    const exit = (await press(BED, 'bed_exit')).body;
    expect(exit).toMatchObject({ supersedes: [normal.id] });
    expect(await ward.call(normal)).toMatchObject({ superseded_by: null });
    expect(await left(normal)).toBeGreaterThan(80);
  });

  it('of rank 2 stops the ladder; it goes on with what was left when the urgent call closes', async () => {
    const normal = (await press(BED)).body;
    await ward.move(60);
    const urgent = (await press(BED, 'code_blue')).body;
    expect(urgent.supersedes).toEqual([normal.id]);
    expect(await ward.call(normal)).toMatchObject({ superseded_by: urgent.id, next_deadline_at: null, state: 'pending', level: 0 });
    await ward.move(400);
    await ward.untilLevel(urgent, 3);
    await ward.settle();
    expect(await ward.call(normal)).toMatchObject({ level: 0, superseded_by: urgent.id });
    await cancelAt(BED, urgent);
    const now = await ward.call(normal);
    expect(now).toMatchObject({ superseded_by: null, level: 0, version: 1 });
    const remaining = (await left(normal))!;
    expect(remaining).toBeGreaterThan(15);
    expect(remaining).toBeLessThan(30);
    expect((await types(normal)).slice(-2)).toEqual(['call.superseded', 'call.resumed']);
    await ward.move(remaining + 1);
    await ward.untilLevel(normal, 1);
  });

  it('of rank 2 stops the presence that is awaited', async () => {
    const normal = (await press(BED)).body;
    await anna.does('accept', normal);
    await ward.move(100);
    const urgent = (await press(BED, 'code_blue')).body;
    await ward.move(400);
    await ward.settle();
    expect(await ward.call(normal)).toMatchObject({ state: 'accepted', next_deadline_at: null });
    await cancelAt(BED, urgent);
    const remaining = (await left(normal))!;
    expect(remaining).toBeGreaterThan(70);
    expect(remaining).toBeLessThanOrEqual(80);
    await ward.move(remaining + 1);
    const reopened = await ward.until(normal, (call) => call.state === 'pending', 'pending');
    expect(reopened.level).toBe(0);
    // 90 s, moved on by the time that it was accepted or superseded.
    expect(await left(normal)).toBeGreaterThan(80);
  });

  it('of rank 2 stops the attendance, and the time to answer', async () => {
    const normal = (await press(BED)).body;
    await anna.does('arrive', normal);
    await ward.move(1201);
    await ward.event((event) => event.type === 'call.attendance_due' && event.data.call_id === normal.id, 'attendance_due');
    const urgent = (await press(BED, 'code_blue')).body;
    await ward.move(600);
    await ward.settle();
    expect(await ward.call(normal)).toMatchObject({ state: 'in_progress', next_deadline_at: null, round: 0 });
    await cancelAt(BED, urgent);
    await ward.move(121);
    await ward.until(normal, (call) => call.state === 'pending' && call.round === 1, 'a new round');
  });

  it('leaves the superseded one to be accepted, attended, pressed and declined; it stays superseded', async () => {
    const normal = (await press(BED)).body;
    const urgent = (await press(BED, 'code_blue')).body;
    await ward.move(50);
    expect(await anna.does('accept', normal)).toMatchObject({ superseded_by: urgent.id, next_deadline_at: null });
    expect(await anna.does('decline', normal)).toMatchObject({ state: 'pending', superseded_by: urgent.id, next_deadline_at: null });
    await ward.move(50);
    await ben.does('arrive', normal);
    await ward.move(61);
    expect((await press(BED)).body).toMatchObject({ id: normal.id, state: 'pending', round: 1, next_deadline_at: null });
    await ward.move(200);
    await cancelAt(BED, urgent);
    const remaining = (await left(normal))!;
    expect(remaining).toBeGreaterThan(85);
    expect(remaining).toBeLessThanOrEqual(90);
  });

  it('counts the time that a call stood superseded once, also where it was accepted meanwhile', async () => {
    const normal = (await press(BED)).body;
    const urgent = (await press(BED, 'code_blue')).body;
    await ward.move(30);
    await anna.does('accept', normal);
    await ward.move(30);
    await anna.does('decline', normal);
    await ward.move(30);
    await cancelAt(BED, urgent);
    const remaining = (await left(normal))!;
    expect(remaining).toBeGreaterThan(85);
    expect(remaining).toBeLessThanOrEqual(90);
  });

  it('that is completed with close_superseded completes the others, too', async () => {
    const normal = (await press(BED)).body;
    const exit = (await press(BED, 'bed_exit')).body;
    await anna.does('accept', exit);
    const urgent = (await press(BED, 'code_blue')).body;
    expect([...urgent.supersedes].sort()).toEqual([normal.id, exit.id].sort());
    expect((await presence(urgent)).status).toBe(200);
    expect(await ben.command('complete', urgent, { close_superseded: true })).toMatchObject({ ok: true, call: { state: 'completed' } });
    for (const call of [normal, exit]) {
      expect(await ward.call(call)).toMatchObject({ state: 'completed', superseded_by: null });
      expect((await ward.story(call)).at(-1)).toMatchObject({
        type: 'call.completed',
        data: { by: `staff:${ben.id}`, reason: 'superseded' },
      });
    }
  });

  it('that is completed without it leaves the others open', async () => {
    const normal = (await press(BED)).body;
    const urgent = (await press(BED, 'code_blue')).body;
    await presence(urgent);
    await ben.does('complete', urgent);
    expect(await ward.call(normal)).toMatchObject({ state: 'pending', superseded_by: null });
  });

  it('next to another urgent one keeps the clocks stopped until both are closed', async () => {
    const normal = (await press(BED)).body;
    const first = (await press(BED, 'code_blue')).body;
    const second = (await press(BED, 'staff_emergency')).body;
    expect(second.supersedes).toEqual([normal.id]);
    await cancelAt(BED, first);
    expect(await ward.call(normal)).toMatchObject({ superseded_by: second.id, next_deadline_at: null });
    await cancelAt(BED, second);
    expect(await ward.call(normal)).toMatchObject({ superseded_by: null });
    expect(await left(normal)).toBeGreaterThan(80);
  });

  it('does not stop what is at another place', async () => {
    const cord = (await press('icu-101-bath')).body;
    const urgent = (await press(BED, 'code_blue')).body;
    expect(urgent.supersedes).toEqual([]);
    expect(await left(cord)).toBeGreaterThan(80);
  });

  it('above another urgent one completes what both have stopped', async () => {
    const type = { id: 'fire', rank: 3, dispatch: 'broadcast', cancel_policy: 'station_or_complete', labels: { en: 'Fire' } };
    expect(await ward.admin.post('/admin/call-types', type)).toMatchObject({ status: 201 });
    const normal = (await press(BED)).body;
    const blue = (await press(BED, 'code_blue')).body;
    const fire = (await press(BED, 'fire')).body;
    expect(fire.supersedes).toEqual([blue.id, normal.id]);
    expect(await ward.call(blue)).toMatchObject({ superseded_by: fire.id });
    expect(await ward.call(normal)).toMatchObject({ superseded_by: blue.id });
    await presence(fire);
    expect(await ben.command('complete', fire, { close_superseded: true })).toMatchObject({ ok: true });
    for (const call of [normal, blue]) expect(await ward.call(call)).toMatchObject({ state: 'completed', superseded_by: null });
  });

  it('releases what it has stopped, also where its type is less urgent by then', async () => {
    const normal = (await press(BED)).body;
    const urgent = (await press(BED, 'code_blue')).body;
    try {
      expect((await ward.admin.send('PATCH', '/admin/call-types/code_blue', { rank: 1 })).status).toBe(200);
      await ward.admin.post(`/calls/${urgent.id as string}/cancel`, { reason: 'the rank has changed' });
    } finally {
      await ward.admin.send('PATCH', '/admin/call-types/code_blue', { rank: 2 });
    }
    expect(await ward.call(normal)).toMatchObject({ state: 'pending', superseded_by: null });
    expect(await left(normal)).toBeGreaterThan(80);
  });

  it('that closes at once with commands at the superseded ones never waits for them in a circle', async () => {
    for (let round = 0; round < 5; round++) {
      const normal = (await press(BED)).body;
      const urgent = (await press(BED, 'code_blue')).body;
      const answers = await Promise.all([
        cancelAt(BED, urgent),
        anna.command('accept', normal),
        anna.endShift('icu'),
        ben.command('arrive', normal),
        press(BED),
      ]);
      for (const answer of answers) expect(answer.status ?? 0).toBeLessThan(500);
      expect(await ward.call(normal)).toMatchObject({ superseded_by: null });
      await ward.admin.post(`/calls/${normal.id as string}/cancel`, { reason: 'end of a test' });
      await anna.startShift('icu');
    }
  });
});
