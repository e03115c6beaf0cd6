import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AnyFrame } from '../../../support/clients/client.js';
import { type Member, toldOf, Ward } from '../../../support/ward.js';

let ward: Ward;

beforeAll(async () => {
  ward = await Ward.open();
});
afterAll(() => ward.stop());
beforeEach(() => ward.empty());

/** The people who were asked because they came on duty, in order. */
async function cameFor(call: AnyFrame): Promise<string[]> {
  const events = (await ward.story(call)).filter((event) => event.type === 'call.pending' && event.data.reason === 'came_on_duty');
  return events.map((event) => {
    const by = (event.data.by as string).replace('staff:', '');
    expect(event.data.call.recipients).toContainEqual(expect.objectContaining({ staff_id: by, reason: 'came_on_duty' }));
    expect(event).toMatchObject({ critical: true, data: { from: 'pending' } });
    return by;
  });
}

async function untilAsked(call: AnyFrame, person: Member): Promise<void> {
  await ward.event(
    (event) => event.data.call_id === call.id && event.data.reason === 'came_on_duty' && event.data.by === `staff:${person.id}`,
    `${person.name} is asked`,
  );
}

/** The arrivals so far have been looked at. */
async function arrived(): Promise<void> {
  await ward.until({ id: '' }, () => true, 'nothing').catch(() => undefined);
  for (;;) {
    const rows = await ward.wardline.database.query('SELECT 1 FROM duty_arrivals');
    if (rows.length === 0) return;
    await ward.settle();
  }
}

async function restore(person: Member): Promise<void> {
  const manager = await ward.member('icu-manager');
  const { body } = await manager.session.get('/departments/icu/exclusions');
  const exclusion = (body.items as AnyFrame[]).find((one) => one.staff_id === person.id);
  expect((await manager.session.send('DELETE', `/departments/icu/exclusions/${exclusion!.id as string}`)).status).toBeLessThan(300);
}

async function exclude(person: Member): Promise<void> {
  const manager = await ward.member('icu-manager');
  const until = new Date(Date.now() + 30 * 24 * 3_600_000).toISOString();
  const answer = await manager.session.post('/departments/icu/exclusions', { staff_id: person.id, until, reason: 'a test' });
  expect(answer.status).toBe(201);
}

describe('a person who comes is asked for each pending call that nobody on duty has', () => {
  it('when their shift starts; the level stays', async () => {
    const call = await ward.press();
    const bed = await ward.press('bed_exit');
    const level = (await ward.call(call)).level as number;
    const [anna] = await ward.onDuty('icu', 'icu-nurse-1');
    for (const one of [call, bed]) {
      await untilAsked(one, anna!);
      expect(await ward.call(one)).toMatchObject({ level, version: 1, state: 'pending' });
    }
    await arrived();
    expect(await cameFor(call)).toEqual([anna!.id]);
    expect((await ward.story(call)).at(-1)).toMatchObject({ type: 'call.assigned', data: { staff_ids: [anna!.id] } });
  });

  it('not for those that somebody else on duty has', async () => {
    const [anna] = await ward.onDuty('icu', 'icu-nurse-1');
    const call = await ward.press();
    await ward.onDuty('icu', 'icu-nurse-2');
    await arrived();
    expect(toldOf(await ward.call(call))).toEqual([anna!.id]);
  });

  it('after a break', async () => {
    const [anna] = await ward.onDuty('icu', 'icu-nurse-1');
    const call = await ward.press();
    await anna!.pause('icu');
    await anna!.resume('icu');
    await untilAsked(call, anna!);
  });

  it('when they are back after the grace', async () => {
    const [anna] = await ward.onDuty('icu', 'icu-nurse-1');
    const call = await ward.press();
    await anna!.disconnect();
    await ward.move(70);
    await ward.until(call, (one) => one.priority > 0, 'the loss');
    await anna!.connect();
    await untilAsked(call, anna!);
  });

  it('within the grace nothing happens', async () => {
    const [anna] = await ward.onDuty('icu', 'icu-nurse-1');
    const call = await ward.press();
    await anna!.disconnect();
    await ward.move(30);
    await anna!.connect();
    await ward.settle();
    expect((await ward.story(call)).map((event) => event.type)).toEqual(['call.pending', 'call.assigned']);
  });

  it('when they are restored from an exclusion', async () => {
    const [anna] = await ward.onDuty('icu', 'icu-nurse-1');
    const call = await ward.press();
    await exclude(anna!);
    await ward.until(call, (one) => one.level >= 2, 'that it goes to everybody');
    await restore(anna!);
    await untilAsked(call, anna!);
  });

  it('not for what they declined', async () => {
    const [anna] = await ward.onDuty('icu', 'icu-nurse-1');
    const call = await ward.press();
    await anna!.does('decline', call);
    await anna!.endShift('icu');
    await anna!.startShift('icu');
    await arrived();
    expect(await cameFor(call)).toEqual([]);
  });

  it('not for another department’s', async () => {
    const call = await ward.press('patient_normal', 'med');
    const [anna] = await ward.onDuty('icu', 'icu-nurse-1');
    await arrived();
    expect(toldOf(await ward.call(call))).not.toContain(anna!.id);
  });

  it('a manager, too', async () => {
    const call = await ward.press();
    const [manager] = await ward.onDuty('icu', 'icu-manager');
    await untilAsked(call, manager!);
  });

  it('whichever of a press and a shift comes first', async () => {
    const [anna] = await ward.connected('icu-nurse-1');
    for (let round = 0; round < 8; round++) {
      const [call] = await Promise.all([ward.press(), anna!.startShift('icu')]);
      const now = await ward.until(
        call,
        (one) => (one.recipients as AnyFrame[]).some(({ staff_id, reason }) => staff_id === anna!.id && reason !== 'signed_in'),
        'the person on duty is asked',
      );
      expect(now.state).toBe('pending');
      await anna!.endShift('icu');
    }
  });
});

describe('each pending broadcast', () => {
  it('is for a person who comes, once', async () => {
    const [anna] = await ward.onDuty('icu', 'icu-nurse-1');
    const call = await ward.press('code_blue');
    const [ben] = await ward.onDuty('icu', 'icu-nurse-2');
    await untilAsked(call, ben!);
    await arrived();
    expect(await cameFor(call)).toEqual([ben!.id]);
    expect(toldOf(await ward.call(call))).toEqual(expect.arrayContaining([anna!.id, ben!.id]));
  });
});

describe('a later comer', () => {
  it('takes over every second call that one person alone has, in the order of the list', async () => {
    const [anna] = await ward.onDuty('icu', 'icu-nurse-1');
    const calls: AnyFrame[] = [];
    for (let n = 0; n < 5; n++) calls.push(await ward.press());
    const urgent = await ward.press('bed_exit');
    const [ben] = await ward.onDuty('icu', 'icu-nurse-2');
    // The list: urgent, 0, 1, 2, 3, 4.
    await untilAsked(calls[4], ben!);
    await arrived();
    const asked = await Promise.all([urgent, ...calls].map(async (call) => (await cameFor(call)).length));
    expect(asked).toEqual([0, 1, 0, 1, 0, 1]);
    expect(toldOf(await ward.call(calls[0]))).toEqual([anna!.id, ben!.id]);
  });
});
