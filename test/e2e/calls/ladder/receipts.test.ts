import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AnyFrame } from '../../../support/clients/client.js';
import { type Member, toldOf, Ward } from '../../../support/ward.js';

let ward: Ward;

beforeAll(async () => {
  ward = await Ward.open({ RECEIPT_SEC: '15' });
});
afterAll(() => ward.stop());
beforeEach(async () => {
  await ward.empty();
  await ward.wardline.database.query('DELETE FROM missed_receipts');
});

function onDuty(count: number): Promise<Member[]> {
  return ward.onDuty('icu', ...['icu-nurse-1', 'icu-nurse-2', 'icu-nurse-3'].slice(0, count));
}

/** Acknowledges all that the department's log has, and resolves when the receipt of the call is written down. */
async function receive(person: Member, call: AnyFrame): Promise<void> {
  const answer = await person.session.post('/departments/icu/acks', { seq: await ward.head() });
  expect(answer.status).toBe(204);
  await ward.until(call, (now) => now.annunciated_at !== null, 'the receipt');
}

function ofPerson(type: string, person: Member) {
  return (event: AnyFrame) => event.type === type && event.data.staff_id === person.id;
}

async function passedOver(call: AnyFrame): Promise<AnyFrame[]> {
  return (await ward.story(call)).filter((event) => event.data.reason === 'no_receipt');
}

describe('a person who does not hear is passed over', () => {
  it('RECEIPT_SEC after they were asked the next nurse is asked, too; level, priority and version stay', async () => {
    const [anna, ben] = await onDuty(3);
    const call = await ward.press();
    expect(toldOf(call)).toEqual([anna!.id]);
    await ward.at(call, 10);
    await ward.settle();
    expect(await passedOver(call)).toEqual([]);
    await ward.at(call, 16);
    const now = await ward.until(call, (one) => toldOf(one).length === 2, 'the next nurse');
    expect(toldOf(now)).toEqual([anna!.id, ben!.id]);
    expect(now).toMatchObject({ level: 0, priority: 0, version: 1, state: 'pending' });
    expect(await passedOver(call)).toMatchObject([{ type: 'call.pending', critical: true, data: { from: 'pending' } }]);
  });

  it('and so on, until nobody is next: then everybody is told, because nobody can be reached', async () => {
    await ward.connected('icu-manager');
    const [anna, ben] = await onDuty(2);
    const call = await ward.press();
    await ward.at(call, 16);
    await ward.until(call, (one) => toldOf(one).length === 2, 'the next nurse');
    await ward.move(16);
    const now = await ward.untilLevel(call, 2);
    expect(toldOf(now)).toEqual(expect.arrayContaining([anna!.id, ben!.id, (await ward.member('icu-manager')).id]));
    const unattended = (await ward.story(call)).filter((event) => event.type === 'call.unattended');
    expect(unattended).toMatchObject([{ data: { reason: 'nobody_reachable' } }]);
  });

  it('an acknowledgement keeps the call with the person', async () => {
    await onDuty(2);
    const [anna] = await ward.connected('icu-nurse-1');
    const call = await ward.press();
    await receive(anna!, call);
    await ward.at(call, 20);
    await ward.settle();
    expect(toldOf(await ward.call(call))).toEqual([anna!.id]);
    expect(await passedOver(call)).toEqual([]);
  });

  it('an accepted call has no receipt to miss', async () => {
    const [anna] = await onDuty(2);
    const call = await ward.press();
    await anna!.does('accept', call);
    await ward.at(call, 20);
    await ward.settle();
    expect(await passedOver(call)).toEqual([]);
  });

  it('a broadcast passes nobody over', async () => {
    await onDuty(2);
    const call = await ward.press('code_blue');
    await ward.at(call, 20);
    await ward.settle();
    expect((await ward.story(call)).map((event) => event.type)).toEqual(['call.pending', 'call.assigned']);
  });

  it('time in which receipts could not be recorded does not count', async () => {
    await onDuty(2);
    const call = await ward.press();
    await ward.wardline.database.query(`UPDATE ward_watch SET receipts_since = app_now() + interval '12 seconds'`);
    await ward.at(call, 20);
    await ward.settle();
    expect(await passedOver(call)).toEqual([]);
    await ward.at(call, 28);
    await ward.until(call, (one) => toldOf(one).length === 2, 'the next nurse');
  });

  it('nor does time in which a more urgent call stopped the clocks; what ran before it counts', async () => {
    const [anna, ben] = await onDuty(3);
    const call = await ward.pressAt('icu-101-bed');
    for (let urgent = 0; urgent < 2; urgent++) {
      await ward.move(5);
      const other = await ward.pressAt('icu-101-bed', 'code_blue');
      expect(await ward.call(call)).toMatchObject({ superseded_by: other.id });
      await ward.move(100);
      await ward.settle();
      await ward.admin.post(`/calls/${other.id as string}/cancel`, { reason: 'over' });
      await ward.settle();
      expect(await ward.call(call)).toMatchObject({ superseded_by: null, level: 0 });
      expect(await passedOver(call)).toEqual([]);
    }
    expect(toldOf(await ward.call(call))).toEqual([anna!.id]);
    await ward.move(6);
    const now = await ward.until(call, (one) => toldOf(one).length === 2, 'the next nurse');
    expect(toldOf(now)).toEqual([anna!.id, ben!.id]);
  });
});

describe('two misses more than RECEIPT_SEC apart', () => {
  /** Two calls missed by the person who is asked first, one after the other. */
  async function missTwice(person: Member): Promise<AnyFrame[]> {
    const calls: AnyFrame[] = [];
    for (let n = 0; n < 2; n++) {
      await ward.wardline.database.query(`UPDATE department_queue SET next_position = next_position + 1 WHERE dept_id = 'icu'`);
      await ward.wardline.database.query(
        `UPDATE shifts SET queue_position = (SELECT min(queue_position) - 1 FROM shifts WHERE dept_id = 'icu') WHERE staff_id = $1 AND ended_at IS NULL`,
        [person.id],
      );
      const call = await ward.press();
      expect(toldOf(call)).toEqual([person.id]);
      await ward.at(call, 17);
      await ward.until(call, (one) => toldOf(one).length > 1, 'that the person is passed over');
      calls.push(call);
    }
    return calls;
  }

  it('make a person unreachable, until they acknowledge: then they are asked again', async () => {
    const [anna, ben] = await onDuty(2);
    const after = await ward.head();
    await missTwice(anna!);
    await ward.event(ofPerson('nurse.unresponsive', anna!), 'nurse.unresponsive', { after });
    const staff = (await ward.admin.get('/departments/icu/staff')).body.items as AnyFrame[];
    expect(staff.find((one) => one.staff_id === anna!.id)).toMatchObject({ responsive: false, reachable: false, online: true });
    expect(toldOf(await ward.press())).toEqual([ben!.id]);
    // Ben leaves a call to nobody; Anna's sign of life brings it to her.
    await ward.connected('icu-manager');
    await ben!.endShift('icu');
    const call = await ward.press();
    expect(toldOf(call)).not.toEqual([anna!.id]);
    expect((await anna!.session.post('/departments/icu/acks', { seq: await ward.head() })).status).toBe(204);
    await ward.event(ofPerson('nurse.responsive', anna!), 'nurse.responsive', { after });
    await ward.event((event) => event.data.call_id === call.id && event.data.reason === 'came_on_duty', 'that she is asked', { after });
    expect(await ward.event(ofPerson('nurse.unresponsive', anna!), 'nurse.unresponsive', { after })).toMatchObject({ critical: false });
  });

  it('a command of theirs does the same', async () => {
    const [anna] = await onDuty(2);
    const after = await ward.head();
    const [call] = await missTwice(anna!);
    await ward.event(ofPerson('nurse.unresponsive', anna!), 'nurse.unresponsive', { after });
    await anna!.does('accept', call);
    await ward.event(ofPerson('nurse.responsive', anna!), 'nurse.responsive', { after });
  });

  it('with an acknowledgement between them are two first ones', async () => {
    const [anna] = await onDuty(2);
    const after = await ward.head();
    const call = await ward.press();
    expect(toldOf(call)).toEqual([anna!.id]);
    await ward.at(call, 17);
    await ward.until(call, (one) => toldOf(one).length > 1, 'that she is passed over');
    await anna!.session.post('/departments/icu/acks', { seq: await ward.head() });
    await ward.until(call, (now) => now.annunciated_at !== null, 'the receipt');
    await ward.settle();
    expect(await ward.wardline.database.query('SELECT 1 FROM missed_receipts WHERE staff_id = $1', [anna!.id])).toEqual([]);
    expect((await ward.log('icu', after)).filter(ofPerson('nurse.unresponsive', anna!))).toEqual([]);
  });

  it('that fall due at once are one', async () => {
    const [anna] = await onDuty(1);
    await ward.connected('icu-manager');
    const after = await ward.head();
    const first = await ward.press();
    await ward.press();
    await ward.at(first, 20);
    await ward.untilLevel(first, 2);
    await ward.settle();
    expect(await ward.wardline.database.query('SELECT 1 FROM missed_receipts WHERE staff_id = $1', [anna!.id])).toHaveLength(1);
    expect((await ward.log('icu', after)).filter(ofPerson('nurse.unresponsive', anna!))).toEqual([]);
  });
});

describe('a level-2 person who is lost beyond their buffer', () => {
  it('brings level 3 at once', async () => {
    const [manager] = await ward.connected('icu-manager');
    const call = await ward.press();
    expect(await ward.call(call)).toMatchObject({ level: 2 });
    await manager!.disconnect();
    await ward.move(100);
    await ward.settle();
    expect(await ward.call(call)).toMatchObject({ level: 2 });
    await ward.move(85);
    expect(await ward.untilLevel(call, 3)).toMatchObject({ level: 3, priority: 8 });
    expect((await ward.escalations(call)).map((event) => event.data.level)).toEqual([1, 2, 3]);
  });
});
