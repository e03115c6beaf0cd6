import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SecondLineWatch } from '../../../../src/ward/calls/ladder/second-line-watch.js';
import { EscalationEngine } from '../../../../src/ward/calls/ladder/escalation-engine.js';
import { NodeRegistry } from '../../../../src/ward/presence/node-registry.js';
import { type AnyFrame, signIn } from '../../../support/clients/client.js';
import { closeAllCalls, outcomeOf } from '../../../support/clients/person.js';
import { type Member, toldOf, Ward } from '../../../support/ward.js';
import { startTestWardline } from '../../../support/wardline.js';
import { eventually } from '../../../support/eventually.js';

/** Long enough for a call to stay accepted over all levels. */
const PRESENCE_SEC = 1200;

let ward: Ward;
let anna: Member;
let ben: Member;
let cleo: Member;
let dora: Member;
let manager: Member;

beforeAll(async () => {
  ward = await Ward.open({ CALL_PRESENCE_SEC: String(PRESENCE_SEC) });
});
afterAll(() => ward.stop());
/** Four nurses in the queue in this order, and the manager connected; the administrator is not. */
beforeEach(async () => {
  await ward.empty();
  [anna, ben, cleo, dora] = (await ward.onDuty('icu', 'icu-nurse-1', 'icu-nurse-2', 'icu-nurse-3', 'icu-nurse-4')) as [
    Member,
    Member,
    Member,
    Member,
  ];
  [manager] = (await ward.connected('icu-manager')) as [Member];
});

function steps(events: AnyFrame[]): [number, number | undefined][] {
  return events.map((event) => [event.data.level, event.data.repeat]);
}

/** Seconds from the placing to the event, by the server's clock. */
function after(call: AnyFrame, event: AnyFrame): number {
  return (Date.parse(event.time) - Date.parse(call.placed_at)) / 1000;
}

/** Each level once, in order, never while accepted or closed; the sums agree. */
async function expectHistory(call: AnyFrame, log?: AnyFrame[]): Promise<void> {
  const story = log?.filter((event) => event.data.call_id === call.id) ?? (await ward.story(call));
  let state = '';
  let level = 0;
  let repeat = 0;
  for (const event of story) {
    if (event.type === 'call.escalated' && event.data.reason === 'timeout') {
      expect(state).toBe('pending');
      if (event.data.repeat === undefined) {
        expect(event.data.level).toBe(level + 1);
        level++;
      } else {
        expect(event.data.level).toBe(3);
        expect(event.data.repeat).toBe(repeat + 1);
        repeat++;
      }
    }
    ({ state } = event.data.call);
  }
  const now = await ward.call(call);
  expect(now.level).toBe(level);
  const lost = story.filter((event) => event.type === 'call.escalated' && event.data.reason === 'nurse_disconnected').length;
  expect(now.priority - call.priority).toBe([0, 1, 3, 8][level]! + lost);
}

describe('the ladder', () => {
  it('level 1 after ESCALATION_L1_SEC 90 adds the next nurse in the queue, priority += 1', async () => {
    const call = await ward.press();
    await ward.at(call, 80);
    await ward.settle();
    expect(await ward.call(call)).toMatchObject({ level: 0, priority: 0 });
    await ward.at(call, 90);
    const now = await ward.untilLevel(call, 1);
    expect(now).toMatchObject({ state: 'pending', level: 1, priority: 1, version: 1, accepted_by: null });
    expect(toldOf(now)).toEqual([anna.id, ben.id]);
    const [event, ...more] = await ward.escalations(call);
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      critical: true,
      data: { call_id: call.id, level: 1, reason: 'timeout', call: { level: 1, priority: 1 } },
    });
    expect(event.data.repeat).toBeUndefined();
    expect(after(call, event)).toBeGreaterThanOrEqual(90);
  });

  it('level 2 after 180 adds the managers, priority += 2; level 3 after 300 the administrators, priority += 5', async () => {
    const call = await ward.press();
    await ward.at(call, 90);
    await ward.untilLevel(call, 1);
    await ward.at(call, 170);
    await ward.settle();
    expect((await ward.call(call)).level).toBe(1);
    await ward.at(call, 180);
    const second = await ward.untilLevel(call, 2);
    expect(second).toMatchObject({ level: 2, priority: 3 });
    expect(toldOf(second)).toEqual([anna.id, ben.id, manager.id]);
    await ward.at(call, 290);
    await ward.settle();
    expect((await ward.call(call)).level).toBe(2);
    await ward.at(call, 300);
    const third = await ward.untilLevel(call, 3);
    expect(third).toMatchObject({ level: 3, priority: 8, version: 1, state: 'pending' });
    expect(toldOf(third)).toEqual([anna.id, ben.id, manager.id, ward.admin.user.id]);
    const events = await ward.escalations(call);
    expect(steps(events)).toEqual([
      [1, undefined],
      [2, undefined],
      [3, undefined],
    ]);
    for (const [index, due] of [90, 180, 300].entries()) expect(after(call, events[index])).toBeGreaterThanOrEqual(due);
    expect(events.map((event) => event.data.reason)).toEqual(['timeout', 'timeout', 'timeout']);
    await expectHistory(call);
  });

  it('after 3 every ESCALATION_REPEAT_SEC 60 tells all of them again, with the same level and repeat: n, until a person acts', async () => {
    const call = await ward.press();
    await ward.at(call, 300);
    const third = await ward.untilLevel(call, 3);
    for (const [index, second] of [360, 420, 480].entries()) {
      await ward.at(call, second - 10);
      await ward.settle();
      expect(await ward.escalations(call)).toHaveLength(3 + index);
      await ward.at(call, second);
      const event = await ward.event((one) => one.data.call_id === call.id && one.data.repeat === index + 1, `repeat ${String(index + 1)}`);
      expect(event).toMatchObject({ type: 'call.escalated', critical: true, data: { level: 3, call: { level: 3, priority: 8 } } });
      expect(toldOf(event.data.call)).toEqual(toldOf(third));
    }
    await cleo.does('accept', call);
    await ward.at(call, 700);
    await ward.settle();
    expect(await ward.escalations(call)).toHaveLength(6);
    await expectHistory(call);
  });

  it.each([
    ['bed_exit', 10],
    ['code_blue', 20],
  ])('%s climbs from priority %i', async (type, start) => {
    const call = await ward.press(type);
    for (const [second, level, priority] of [
      [90, 1, 1],
      [180, 2, 3],
      [300, 3, 8],
    ] as const) {
      await ward.at(call, second);
      expect(await ward.untilLevel(call, level)).toMatchObject({ level, priority: start + priority });
    }
    await expectHistory(call);
  });

  it('deadlines count from placed_at and are absolute: a late run never shifts the next one', async () => {
    const call = await ward.press();
    expect(await ward.deadline(call)).toBe(90);
    await ward.at(call, 150);
    await ward.untilLevel(call, 1);
    expect(await ward.deadline(call)).toBe(180);
    await ward.at(call, 250);
    await ward.untilLevel(call, 2);
    expect(await ward.deadline(call)).toBe(300);
    await ward.at(call, 340);
    await ward.untilLevel(call, 3);
    expect(await ward.deadline(call)).toBe(360);
    await ward.at(call, 400);
    await ward.event((event) => event.data.call_id === call.id && event.data.repeat === 1, 'the first repeat');
    expect(await ward.deadline(call)).toBe(420);
  });

  it('recipients accumulate: nobody who was told is un-told', async () => {
    const call = await ward.press();
    for (const [second, level] of [
      [90, 1],
      [180, 2],
      [300, 3],
    ] as const) {
      await ward.at(call, second);
      await ward.untilLevel(call, level);
    }
    const told = (await ward.story(call)).map((event) => toldOf(event.data.call));
    for (const [index, people] of told.slice(1).entries()) expect(people).toEqual(expect.arrayContaining(told[index]!));
  });

  it('who is added at level 1 took a turn: the next call goes to the nurse behind', async () => {
    const call = await ward.press();
    await ward.at(call, 90);
    await ward.untilLevel(call, 1);
    expect(toldOf(await ward.press())).toEqual([cleo.id]);
    expect(toldOf(await ward.press())).toEqual([dora.id]);
    expect(toldOf(await ward.press())).toEqual([anna.id]);
  });

  it('a call stays acceptable at every level, with the version first seen: levels, repeats and recipients do not raise it', async () => {
    for (const [second, level] of [
      [0, 0],
      [90, 1],
      [180, 2],
      [300, 3],
      [360, 3],
    ] as const) {
      const call = await ward.press();
      await ward.at(call, second);
      await ward.untilLevel(call, level);
      if (second === 360) await ward.event((event) => event.data.call_id === call.id && event.data.repeat === 1, 'a repeat');
      const outcome = await anna.command('accept', call, { version: call.version });
      expect(outcome).toMatchObject({ ok: true, call: { state: 'accepted', level, version: 2, accepted_by: anna.id } });
    }
  });

  it('orders every list: priority descending, then oldest first', async () => {
    const old = await ward.press('patient_normal');
    const older = await ward.press('bed_exit');
    await ward.at(old, 301);
    await ward.untilLevel(old, 3);
    await ward.untilLevel(older, 3);
    const young = await ward.press('patient_normal');
    const rank1 = await ward.press('bed_exit');
    const list = (await anna.session.get('/calls?dept=icu&state=open')).body.items.map((call: AnyFrame) => [call.id, call.priority]);
    expect(list).toEqual([
      [older.id, 18],
      [rank1.id, 10],
      [old.id, 8],
      [young.id, 0],
    ]);
  });
});

describe('only pending calls escalate', () => {
  it('an accept stops the clock', async () => {
    const call = await ward.press();
    await ward.at(call, 95);
    await ward.untilLevel(call, 1);
    await ben.does('accept', call);
    expect(await ward.deadline(call)).toBeNull();
    await ward.at(call, 900);
    await ward.settle();
    expect(await ward.call(call)).toMatchObject({ state: 'accepted', level: 1, priority: 1 });
    expect(await ward.escalations(call)).toHaveLength(1);
  });

  it('nor does one in progress, completed or cancelled', async () => {
    const [inProgress, completed, cancelled] = [await ward.press(), await ward.press(), await ward.press()];
    for (const call of [inProgress, completed]) await anna.does('arrive', call);
    await anna.does('complete', completed);
    await anna.does('cancel', cancelled);
    await ward.at(cancelled, 900);
    await ward.settle();
    for (const call of [inProgress, completed, cancelled]) {
      expect(await ward.escalations(call)).toEqual([]);
      expect(await ward.call(call)).toMatchObject({ level: 0, priority: 0 });
    }
  });
});

describe('a call that returns to pending', () => {
  it('keeps level and priority, and its remaining deadlines move on by the time it stood accepted', async () => {
    const call = await ward.press();
    await ward.at(call, 100);
    await ward.untilLevel(call, 1);
    await ben.does('accept', call);
    await ward.move(200);
    const reopened = await ben.does('decline', call);
    expect(reopened).toMatchObject({ state: 'pending', level: 1, priority: 1 });
    const story = await ward.story(call);
    const accepted = story.find((event) => event.type === 'call.accepted');
    const pending = story.findLast((event) => event.type === 'call.pending');
    const stood = (Date.parse(pending.time) - Date.parse(accepted.time)) / 1000;
    expect(stood).toBeGreaterThanOrEqual(200);
    const due = (await ward.deadline(call))!;
    // Events are timed at the end of their transactions.
    expect(Math.abs(due - 180 - stood)).toBeLessThan(1);
    await ward.at(call, due - 10);
    await ward.settle();
    expect((await ward.call(call)).level).toBe(1);
    await ward.at(call, due);
    expect(await ward.untilLevel(call, 2)).toMatchObject({ level: 2, priority: 3 });
    expect((await ward.deadline(call))! - due).toBeCloseTo(120, 3);
    await expectHistory(call);
  });

  it('moves on by the sum when it was accepted several times', async () => {
    const call = await ward.press();
    for (const seconds of [100, 50, 30]) {
      await ward.move(5);
      await cleo.does('accept', call);
      await ward.move(seconds);
      await cleo.does('decline', call);
    }
    const due = (await ward.deadline(call))!;
    expect(due).toBeGreaterThanOrEqual(90 + 180);
    expect(due).toBeLessThan(90 + 180 + 15);
    expect(await ward.call(call)).toMatchObject({ level: 0, priority: 0, version: 7 });
    await ward.at(call, due);
    await ward.untilLevel(call, 1);
    await expectHistory(call);
  });

  it('after level 3 goes on repeating, never a level again', async () => {
    const call = await ward.press();
    await ward.at(call, 301);
    await ward.untilLevel(call, 3);
    await anna.does('accept', call);
    await ward.move(100);
    expect(await anna.does('decline', call)).toMatchObject({ state: 'pending', level: 3, priority: 8 });
    await ward.move(70);
    await ward.event((event) => event.data.call_id === call.id && event.data.repeat === 1, 'a repeat');
    await ward.settle();
    await expectHistory(call);
  });
});

describe('without presence within CALL_PRESENCE_SEC', () => {
  it('an accepted call is pending again, reason no_presence; level and priority stay', async () => {
    const call = await ward.press();
    await ward.at(call, 95);
    await ward.untilLevel(call, 1);
    await anna.does('accept', call);
    await ward.move(PRESENCE_SEC - 30);
    await ward.settle();
    expect((await ward.call(call)).state).toBe('accepted');
    await ward.move(30);
    const now = await ward.until(call, (one) => one.state === 'pending', 'pending');
    expect(now).toMatchObject({ accepted_by: null, level: 1, priority: 1, version: 3 });
    const last = (await ward.story(call)).findLast((event) => event.type === 'call.pending');
    expect(last).toMatchObject({ critical: true, data: { reason: 'no_presence', call: { state: 'pending', version: 3 } } });
    expect(toldOf(now)).toEqual(expect.arrayContaining([anna.id, ben.id]));
    await expectHistory(call);
    expect(await ben.does('accept', call)).toMatchObject({ state: 'accepted', accepted_by: ben.id });
  });

  it('one whose nurse has arrived stays theirs', async () => {
    const call = await ward.press();
    await anna.does('accept', call);
    await ward.move(PRESENCE_SEC - 60);
    await anna.does('arrive', call);
    await ward.move(300);
    await ward.settle();
    expect(await ward.call(call)).toMatchObject({ state: 'in_progress', accepted_by: anna.id });
  });

  it('counts anew for whoever accepts next', async () => {
    const call = await ward.press();
    await anna.does('accept', call);
    await ward.move(PRESENCE_SEC - 100);
    await anna.does('decline', call);
    await ben.does('accept', call);
    await ward.move(200);
    await ward.settle();
    expect(await ward.call(call)).toMatchObject({ state: 'accepted', accepted_by: ben.id });
  });
});

describe('when a level falls due and nobody reachable is left to add', () => {
  /** Only Anna is on duty. */
  async function alone(): Promise<void> {
    for (const nurse of [ben, cleo, dora]) expect((await nurse.endShift('icu')).status).toBeLessThan(300);
  }

  it('the next one fires at once; its event and its priority still count', async () => {
    await alone();
    const call = await ward.press();
    await ward.at(call, 90);
    const now = await ward.untilLevel(call, 2);
    expect(now).toMatchObject({ level: 2, priority: 3 });
    expect(toldOf(now)).toEqual([anna.id, manager.id]);
    const events = await ward.escalations(call);
    expect(steps(events)).toEqual([
      [1, undefined],
      [2, undefined],
    ]);
    // The third keeps its own deadline.
    expect(await ward.deadline(call)).toBe(300);
    await ward.at(call, 290);
    await ward.settle();
    expect((await ward.call(call)).level).toBe(2);
    await ward.at(call, 300);
    expect(await ward.untilLevel(call, 3)).toMatchObject({ priority: 8 });
    await expectHistory(call);
  });

  it('and the one after it too, down to the administrators', async () => {
    await alone();
    await manager.disconnect();
    await ward.move(200);
    const call = await ward.press();
    await ward.at(call, 90);
    const now = await ward.untilLevel(call, 3);
    expect(now).toMatchObject({ level: 3, priority: 8 });
    expect(toldOf(now)).toContain(ward.admin.user.id);
    expect(steps(await ward.escalations(call))).toEqual([
      [1, undefined],
      [2, undefined],
      [3, undefined],
    ]);
    await expectHistory(call);
  });

  describe('down to level 3, the failsafe counts from the deadline that brought it', () => {
    /** Level 3 at 90 s: nobody but Anna is there. */
    async function early(): Promise<AnyFrame> {
      await alone();
      await manager.disconnect();
      await ward.move(200);
      const call = await ward.press();
      await ward.at(call, 90);
      await ward.untilLevel(call, 3);
      return call;
    }
    const repeated = (call: AnyFrame, number: number) =>
      ward.event((event) => event.data.call_id === call.id && event.data.repeat === number, `repeat ${String(number)}`);

    it('and tells again ESCALATION_REPEAT_SEC after it, not after its own', async () => {
      const call = await early();
      for (const [index, second] of [150, 210, 270, 330].entries()) {
        expect(await ward.deadline(call)).toBe(second);
        await ward.at(call, second - 5);
        await ward.settle();
        expect(await ward.escalations(call)).toHaveLength(3 + index);
        await ward.at(call, second);
        expect(await repeated(call, index + 1)).toMatchObject({
          critical: true,
          data: { level: 3, reason: 'timeout', call: { priority: 8 } },
        });
      }
      await expectHistory(call);
    });

    it('absolutely: a late repeat never shifts the next one, and what an outage missed is told once', async () => {
      const call = await early();
      await ward.at(call, 345);
      await repeated(call, 4);
      await ward.settle();
      expect(steps(await ward.escalations(call)).slice(3)).toEqual([[3, 4]]);
      expect(await ward.deadline(call)).toBe(390);
    });

    it('moved on by the time that the call stood accepted', async () => {
      const call = await early();
      await ward.at(call, 120);
      await anna.does('accept', call);
      await ward.move(200);
      await anna.does('decline', call);
      const due = (await ward.deadline(call))!;
      expect(due).toBeGreaterThanOrEqual(350);
      expect(due).toBeLessThan(360);
      await ward.at(call, due);
      await repeated(call, 1);
      await expectHistory(call);
    });

    it('where level 2 was the one that found nobody, from level 2', async () => {
      const call = await ward.press();
      await manager.disconnect();
      await ward.move(85);
      await ward.at(call, 90);
      await ward.untilLevel(call, 1);
      await manager.connect();
      await manager.does('accept', call);
      await manager.does('decline', call);
      const due = (await ward.deadline(call))!;
      await ward.at(call, due);
      await ward.untilLevel(call, 3);
      expect((await ward.deadline(call))! - due).toBeCloseTo(60, 3);
    });
  });

  it('a nurse who is excluded, unreachable or has declined is nobody to add', async () => {
    await dora.endShift('icu');
    const call = await ward.press();
    await anna.does('decline', call);
    await cleo.disconnect();
    await ward.move(65);
    await ward.at(call, 90);
    expect(toldOf(await ward.untilLevel(call, 2))).toEqual(expect.arrayContaining([ben.id, manager.id]));
    expect(toldOf(await ward.call(call))).not.toContain(cleo.id);
    await expectHistory(call);
  });

  it('level 1 with a nurse to add does not fire level 2', async () => {
    const call = await ward.press();
    await ward.at(call, 91);
    await ward.untilLevel(call, 1);
    await ward.settle();
    expect((await ward.call(call)).level).toBe(1);
  });
});

describe('a broadcast call', () => {
  it('keeps its deadlines though its people are told already: each level re-annunciates and adds what the table adds', async () => {
    const call = await ward.press('staff_assist');
    const atOnce = [anna, ben, cleo, dora, manager].map((one) => one.id).sort();
    expect(toldOf(call).sort()).toEqual(atOnce);
    await ward.at(call, 90);
    await ward.untilLevel(call, 1);
    await ward.settle();
    expect(await ward.call(call)).toMatchObject({ level: 1, priority: 11 });
    expect(await ward.deadline(call)).toBe(180);
    await ward.at(call, 180);
    await ward.untilLevel(call, 2);
    await ward.settle();
    expect(await ward.call(call)).toMatchObject({ level: 2, priority: 13 });
    expect(await ward.deadline(call)).toBe(300);
    await ward.at(call, 300);
    const third = await ward.untilLevel(call, 3);
    expect(third.priority).toBe(18);
    expect(toldOf(third).sort()).toEqual([...atOnce, ward.admin.user.id].sort());
    await expectHistory(call);
  });

  it('adds a nurse who came on duty since at level 1', async () => {
    await dora.endShift('icu');
    const call = await ward.press('staff_assist');
    expect(toldOf(call)).not.toContain(dora.id);
    await dora.startShift('icu');
    await ward.at(call, 90);
    expect(toldOf(await ward.untilLevel(call, 1))).toContain(dora.id);
  });
});

describe('after an outage', () => {
  it.each([
    [200, [1, 2], 3],
    [310, [1, 2, 3], 8],
  ])(
    'of the engine until %i s a call jumps to the level that is due, with one event for each level it crossed',
    async (until, levels, priority) => {
      const call = await ward.press();
      await ward.at(call, until);
      expect(await ward.untilLevel(call, levels.length)).toMatchObject({ level: levels.length, priority });
      await ward.settle();
      const events = await ward.escalations(call);
      expect(events.map((event) => event.data.level)).toEqual(levels);
      expect(toldOf(await ward.call(call))).toEqual(expect.arrayContaining([anna.id, ben.id, manager.id]));
      await expectHistory(call);
    },
  );

  it('far beyond level 3 it does not make up for missed repeats one by one', async () => {
    const call = await ward.press();
    await ward.at(call, 300 + 60 * 50 + 5);
    await ward.untilLevel(call, 3);
    await ward.settle();
    const events = await ward.escalations(call);
    expect(events.slice(0, 3).map((event) => event.data.level)).toEqual([1, 2, 3]);
    expect(events.length).toBeLessThanOrEqual(5);
    const repeats = events.flatMap((event) => (event.data.repeat === undefined ? [] : [event.data.repeat]));
    expect(new Set(repeats).size).toBe(repeats.length);
  });

  it('of everything, the node that comes back does it', async () => {
    const first = await Ward.open();
    const [nurse, other] = await first.onDuty('icu', 'icu-nurse-1', 'icu-nurse-2');
    await first.connected('icu-manager');
    const call = await first.press();
    const accepted = await first.press();
    await other!.does('accept', accepted);
    await first.wardline.app.close();
    await first.move(200);
    const second = await startTestWardline({ sharedWith: first.wardline });
    try {
      const read = async () =>
        (
          await first.wardline.database.query<{ level: number; priority: number }>('SELECT level, priority FROM calls WHERE id = $1', [
            call.id,
          ])
        )[0];
      await eventually(async () => ((await read())!.level >= 2 ? true : undefined), 'level 2');
      expect(await read()).toEqual({ level: 2, priority: 3 });
      const events = await first.wardline.database.query<{ payload: AnyFrame }>(
        `SELECT payload FROM events WHERE call_id = $1 AND type = 'call.escalated' ORDER BY seq`,
        [call.id],
      );
      expect(events.map((event) => event.payload.level)).toEqual([1, 2]);
      expect(toldOf({ recipients: events[1]?.payload.call.recipients })).toContain(nurse!.id);
      expect(
        await first.wardline.database.query('SELECT 1 FROM events WHERE call_id = $1 AND type = $2', [accepted.id, 'call.escalated']),
      ).toEqual([]);
    } finally {
      await second.stop();
      await first.wardline.database.drop();
    }
  });
});

describe('calls of one department that are due together', () => {
  /** Makes the database refuse each level of one call, at once or only when the transaction commits. */
  async function refuse(call: AnyFrame, when: 'AFTER' | 'CONSTRAINT'): Promise<() => Promise<unknown>> {
    const { database } = ward.wardline;
    await database.query(
      `CREATE FUNCTION refuse_level() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused on purpose'; END $$`,
    );
    await database.query(
      `CREATE ${when === 'AFTER' ? '' : 'CONSTRAINT'} TRIGGER refuse_level AFTER UPDATE ON calls
       ${when === 'AFTER' ? '' : 'DEFERRABLE INITIALLY DEFERRED'} FOR EACH ROW WHEN (NEW.id = '${String(call.id)}' AND NEW.level <> OLD.level)
       EXECUTE FUNCTION refuse_level()`,
    );
    return () => database.query('DROP FUNCTION refuse_level CASCADE');
  }

  it.each([
    ['fails', 'AFTER'],
    ['fails only at the commit', 'CONSTRAINT'],
  ] as const)('all climb once where one of them %s, which is put off and climbs as soon as it can', async (_, when) => {
    const calls: AnyFrame[] = [];
    for (let n = 1; n <= 6; n++) calls.push(await ward.press());
    const stubborn = calls[2]!;
    const others = calls.filter((call) => call !== stubborn);
    const allow = await refuse(stubborn, when);
    try {
      await ward.at(calls[5], 90);
      for (const call of others) await ward.untilLevel(call, 1);
      const [row] = await eventually(async () => {
        const rows = await ward.wardline.database.query<{ level: number; engine_failures: number }>(
          'SELECT level, engine_failures FROM calls WHERE id = $1 AND engine_failures > 0',
          [stubborn.id],
        );
        return rows.length > 0 ? rows : undefined;
      }, 'the failure written down');
      expect(row?.level).toBe(0);
    } finally {
      await allow();
    }
    await ward.untilLevel(stubborn, 1);
    await ward.settle();
    for (const call of calls) {
      expect(steps(await ward.escalations(call))).toEqual([[1, undefined]]);
      await expectHistory(call);
    }
    const failures = await ward.wardline.database.query('SELECT id FROM calls WHERE engine_failures > 0');
    expect(failures).toEqual([]);
  });
});

describe("a department's own policy", () => {
  async function setPolicy(l1: number, l2: number, l3: number, repeat: number): Promise<void> {
    await ward.wardline.database.query(
      `INSERT INTO escalation_policies VALUES ('icu', $1, $2, $3, $4)
       ON CONFLICT (dept_id) DO UPDATE SET l1_sec = $1, l2_sec = $2, l3_sec = $3, repeat_sec = $4`,
      [l1, l2, l3, repeat],
    );
  }

  it('overrides the deadlines, of this department only', async () => {
    await setPolicy(20, 40, 70, 15);
    await ward.onDuty('med', 'med-nurse-1', 'med-nurse-2');
    const call = await ward.press();
    const elsewhere = await ward.press('patient_normal', 'med');
    for (const [level, due] of [20, 40, 70].entries()) {
      expect(await ward.deadline(call)).toBe(due);
      await ward.at(call, due);
      await ward.untilLevel(call, level + 1);
    }
    expect(await ward.deadline(call)).toBe(85);
    await ward.settle();
    expect((await ward.call(elsewhere)).level).toBe(0);
    expect(await ward.deadline(elsewhere)).toBe(90);
  });

  it('in force when the call was placed stays with the call', async () => {
    const before = await ward.press();
    await setPolicy(20, 40, 70, 15);
    const between = await ward.press();
    await ward.wardline.database.query('DELETE FROM escalation_policies');
    const later = await ward.press();
    expect([await ward.deadline(before), await ward.deadline(between), await ward.deadline(later)]).toEqual([90, 20, 90]);
    await ward.at(later, 50);
    await ward.untilLevel(between, 2);
    await ward.settle();
    expect((await ward.call(before)).level).toBe(0);
    expect(await ward.deadline(between)).toBe(70);
    await anna.does('accept', between);
    await setPolicy(500, 600, 700, 80);
    await anna.does('decline', between);
    expect(await ward.deadline(between)).toBeLessThan(75);
  });
});

describe('the engine that watches the ward is itself watched', () => {
  it('a deadline more than ESCALATION_OVERDUE_SEC 5 past due turns health red and no node away, and green when it is met', async () => {
    expect(await ward.probe('/readyz')).toMatchObject({ status: 200 });
    const before = (await ward.probe('/healthz')).body;
    expect(before).toMatchObject({ status: 'ok' });
    const call = await ward.press();
    // As one that keeps failing would be: not tried again for long.
    await ward.wardline.database.query(
      `UPDATE calls SET engine_retry_at = app_now() + interval '1 day', engine_failures = 9 WHERE id = $1`,
      [call.id],
    );
    await ward.at(call, 92);
    await ward.settle();
    expect(await ward.call(call)).toMatchObject({ level: 0 });
    await ward.at(call, 100);
    const health = await eventually(async () => {
      const now = await ward.probe('/healthz');
      return now.body.status === 'degraded' ? now : undefined;
    }, 'a degraded health');
    expect(health).toMatchObject({ status: 200, body: { db_ok: true } });
    expect(health.body.escalation_overdue).not.toEqual(before.escalation_overdue);
    for (const probe of ['/livez', '/readyz']) expect((await ward.probe(probe)).status).toBe(200);
    await ward.wardline.database.query('UPDATE calls SET engine_retry_at = NULL WHERE id = $1', [call.id]);
    await ward.untilLevel(call, 1);
    await eventually(async () => ((await ward.probe('/healthz')).body.status === 'ok' ? true : undefined), 'a sound health');
    expect((await ward.probe('/healthz')).body.escalation_overdue).toEqual(before.escalation_overdue);
  });
});

describe('on several nodes', () => {
  it('each level of each call happens exactly once', async () => {
    const others = [await ward.node(), await ward.node()];
    try {
      const calls: AnyFrame[] = [];
      for (let index = 0; index < 16; index++) calls.push(await ward.press());
      for (const second of [91, 181, 361]) {
        await ward.at(calls.at(-1), second);
        for (const call of calls) await ward.untilLevel(call, second === 91 ? 1 : second === 181 ? 2 : 3);
      }
      for (const call of calls) await ward.event((event) => event.data.call_id === call.id && event.data.repeat === 1, 'a repeat');
      for (const call of calls) {
        expect(steps(await ward.escalations(call))).toEqual([
          [1, undefined],
          [2, undefined],
          [3, undefined],
          [3, 1],
        ]);
        await expectHistory(call);
      }
      const events = await ward.log();
      expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
    } finally {
      for (const other of others) await other.stop();
    }
  });

  it('a level 3 that comes at once, after it has fallen due, repeats by its own deadline', async () => {
    const call = await ward.press();
    await ward.at(call, 181);
    await ward.untilLevel(call, 2);
    await manager.disconnect();
    // Nobody looks until the manager's buffer is over, too: whichever engine is first, the repeats count from 300 s.
    await ward.at(call, 375);
    await ward.wardline.app.get(SecondLineWatch, { strict: false }).handleOne();
    await ward.untilLevel(call, 3);
    await eventually(async () => {
      const [last] = (await ward.escalations(call)).slice(-1);
      return last?.data.repeat === 1 ? true : undefined;
    }, 'the repeat of 360 s');
    expect(Math.round((await ward.deadline(call))! / 10)).toBe(42);
  });

  it('they share the work: four departments climb at once in all, and each node has a part in it', async () => {
    const engine = ward.wardline.app.get(EscalationEngine, { strict: false });
    // A node of another test that is not swept yet would have a part in it.
    const { serverId } = ward.wardline.app.get(NodeRegistry, { strict: false });
    await ward.wardline.database.query('DELETE FROM nodes WHERE server_id <> $1', [serverId]);
    const works = (at: number) => eventually(() => (engine.concurrency === at ? true : undefined), `${String(at)} at once on this node`);
    await works(4);
    const others = [await ward.node(), await ward.node()];
    try {
      await works(1);
      await others.pop()?.stop();
      await works(2);
    } finally {
      for (const other of others) await other.stop();
    }
    await works(4);
  });

  it('an accept and an escalation in the same instant: one of them wins, wholly', async () => {
    const other = await ward.node();
    let accepts = 0;
    let escalatedFirst = 0;
    try {
      const names = ['icu-nurse-1', 'icu-nurse-2', 'icu-nurse-3', 'icu-nurse-4'];
      // Every second accept comes by the other node.
      const sessions = await Promise.all(names.map((name, index) => signIn(index % 2 === 0 ? ward.wardline : other, name)));
      for (let round = 0; round < 5; round++) {
        const before = await ward.head();
        const calls = await Promise.all(Array.from({ length: 16 }, () => ward.press()));
        await ward.at(calls[0], 89.95);
        const outcomes = await Promise.all(
          calls.map(async (call, index) => {
            await sleep(Math.random() * 250);
            return outcomeOf(await sessions[index % 4]!.post(`/calls/${call.id as string}/accept`, { version: 1 }));
          }),
        );
        await ward.settle();
        const log = await ward.log('icu', before);
        for (const [index, call] of calls.entries()) {
          // Escalation never turns a nurse's accept away.
          expect(outcomes[index]).toMatchObject({ ok: true, call: { state: 'accepted', version: 2 } });
          accepts++;
          const told = log.filter((event) => event.data.call_id === call.id && event.type !== 'call.assigned');
          const story = told.map((event) => event.type);
          if (story.includes('call.escalated')) escalatedFirst++;
          expect([
            ['call.pending', 'call.accepted'],
            ['call.pending', 'call.escalated', 'call.accepted'],
          ]).toContainEqual(story);
          expect(told.at(-1)!.data.call.level).toBe(story.length - 2);
          await expectHistory(call, log);
        }
        await closeAllCalls(ward.admin);
      }
      console.log(`accept against escalation: ${String(accepts)} races, ${String(escalatedFirst)} escalated first`);
    } finally {
      await other.stop();
    }
  });
});
