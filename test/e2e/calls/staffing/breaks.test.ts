import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AnyFrame } from '../../../support/clients/client.js';
import { type Member, toldOf, Ward } from '../../../support/ward.js';

let ward: Ward;

beforeAll(async () => {
  ward = await Ward.open();
});
afterAll(() => ward.stop());
beforeEach(() => ward.empty());

/** So many nurses on duty and connected, in the queue's order. */
function onDuty(count: number): Promise<Member[]> {
  return ward.onDuty('icu', ...['icu-nurse-1', 'icu-nurse-2', 'icu-nurse-3'].slice(0, count));
}

/** So many seconds from now, by the ward's clock. */
async function inSeconds(seconds: number): Promise<string> {
  const [row] = await ward.wardline.database.query<{ time: string }>(
    `SELECT to_char((app_now() + make_interval(secs => $1)) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS time`,
    [seconds],
  );
  return row!.time;
}

async function colleague(person: Member): Promise<AnyFrame> {
  const staff = (await ward.admin.get('/departments/icu/staff')).body.items as AnyFrame[];
  return staff.find((one) => one.staff_id === person.id) ?? {};
}

/** The log's events of breaks since `after`. */
async function breaks(after: number): Promise<[string, string][]> {
  const events = (await ward.log('icu', after)).filter((event) => event.type.startsWith('nurse.shift_'));
  return events.map((event) => [event.type as string, event.data.staff_id as string]);
}

describe('a break', () => {
  it('takes a person out of the queue, and a resume puts them at its tail', async () => {
    const [anna, ben] = await onDuty(2);
    const head = await ward.head();
    const until = await inSeconds(600);
    const answer = await anna!.pause('icu', { until });
    expect(answer).toMatchObject({ status: 200, body: { dept: 'icu', ended_at: null } });
    expect(Date.parse(answer.body.paused_until)).toBe(Date.parse(until));
    expect(await colleague(anna!)).toMatchObject({ queue_position: null, paused_until: answer.body.paused_until });
    expect([toldOf(await ward.press()), toldOf(await ward.press())]).toEqual([[ben!.id], [ben!.id]]);
    const resumed = await anna!.resume('icu');
    expect(resumed).toMatchObject({ status: 200, body: { paused_until: null } });
    expect(await breaks(head)).toEqual([
      ['nurse.shift_paused', anna!.id],
      ['nurse.shift_resumed', anna!.id],
    ]);
    expect(toldOf(await ward.press())).toEqual([ben!.id]);
    expect(toldOf(await ward.press())).toEqual([anna!.id]);
  });

  it('is for the primary and the backup of a room, too', async () => {
    const [anna, ben] = await onDuty(2);
    await ward.wardline.database.query(
      `INSERT INTO room_assignments (room_id, dept_id, primary_id, author_id) VALUES ('icu-108', 'icu', $1, $2)`,
      [anna!.id, ward.admin.user.id],
    );
    await anna!.pause('icu');
    expect(toldOf(await ward.pressAt('icu-108-bed'))).toEqual([ben!.id]);
  });

  it('ends by itself', async () => {
    const [anna] = await onDuty(2);
    const head = await ward.head();
    await anna!.pause('icu', { until: await inSeconds(600) });
    await ward.move(590);
    await ward.settle();
    expect(await colleague(anna!)).toMatchObject({ queue_position: null });
    await ward.move(11);
    await ward.event((event) => event.type === 'nurse.shift_resumed' && event.data.staff_id === anna!.id, 'the end of the break', {
      after: head,
    });
    expect(await colleague(anna!)).toMatchObject({ queue_position: 2, paused_until: null });
  });

  it('is no longer than BREAK_MAX_SEC, which it is unless said', async () => {
    const [anna] = await onDuty(2);
    for (const seconds of [3700, -1]) {
      const refused = await anna!.pause('icu', { until: await inSeconds(seconds) });
      expect(refused).toMatchObject({
        status: 400,
        body: { error: { details: { fields: [{ path: 'until', problem: 'out_of_range' }] } } },
      });
    }
    const { body } = await anna!.pause('icu', {});
    expect((Date.parse(body.paused_until) - Date.parse(await inSeconds(0))) / 1000).toBeGreaterThan(3590);
  });

  it('of a person who is not on duty is 404', async () => {
    const [anna] = await ward.connected('icu-nurse-1');
    expect((await anna!.pause('icu')).status).toBe(404);
    expect((await anna!.resume('icu')).status).toBe(404);
  });

  it('hands on pending and accepted calls; one in progress refuses it', async () => {
    const [anna, ben] = await onDuty(2);
    const pending = await ward.press();
    expect(toldOf(pending)).toEqual([anna!.id]);
    await ward.press();
    const accepted = await ward.press();
    await anna!.does('accept', accepted);
    const { status } = await anna!.pause('icu');
    expect(status).toBe(200);
    for (const call of [pending, accepted]) {
      expect(await ward.call(call)).toMatchObject({ state: 'pending', accepted_by: null });
      expect(toldOf(await ward.call(call))).toContain(ben!.id);
      expect((await ward.story(call)).at(-2)).toMatchObject({ type: 'call.pending', data: { reason: 'shift_paused' } });
    }
    await anna!.resume('icu');
    await anna!.does('arrive', accepted);
    expect(await anna!.pause('icu')).toMatchObject({ status: 409, body: { error: { code: 'SHIFT_HAS_CALLS' } } });
  });

  it('leaves the most urgent broadcasts to the person, and takes the others from them', async () => {
    const [anna, ben] = await onDuty(2);
    await anna!.pause('icu');
    expect(toldOf(await ward.press('staff_assist'))).not.toContain(anna!.id);
    expect(toldOf(await ward.press('staff_assist'))).toContain(ben!.id);
    expect(toldOf(await ward.press('code_blue'))).toContain(anna!.id);
  });

  it('by socket does the same', async () => {
    const [anna] = await onDuty(2);
    const [socket] = anna!.sockets;
    const paused = await socket!.ask({ type: 'shift.pause', data: { dept: 'icu', confirm: true } });
    expect(paused).toMatchObject({ type: 'ok', data: { dept: 'icu' } });
    expect(paused.data.paused_until).not.toBeNull();
    expect(await socket!.ask({ type: 'shift.resume', data: { dept: 'icu' } })).toMatchObject({ type: 'ok', data: { paused_until: null } });
  });

  it('holds in all departments', async () => {
    const [anna] = await onDuty(2);
    await ward.wardline.database.query(`INSERT INTO memberships (staff_id, dept_id) VALUES ($1, 'med') ON CONFLICT DO NOTHING`, [anna!.id]);
    const twice = await ward.wardline.database.query<{ id: string }>(
      `INSERT INTO shifts (id, staff_id, dept_id, queue_position) VALUES (gen_random_uuid(), $1, 'med', 1) RETURNING id`,
      [anna!.id],
    );
    expect(twice).toHaveLength(1);
    await anna!.pause('icu');
    const rows = await ward.wardline.database.query(
      'SELECT 1 FROM shifts WHERE staff_id = $1 AND ended_at IS NULL AND paused_until IS NULL',
      [anna!.id],
    );
    expect(rows).toEqual([]);
  });

  it('of a person who loses their connection meanwhile: they are offline, and not in the queue when they are back', async () => {
    const [anna] = await onDuty(2);
    await anna!.pause('icu');
    const head = await ward.head();
    await anna!.disconnect();
    await ward.move(70);
    await ward.event((event) => event.type === 'nurse.offline' && event.data.staff_id === anna!.id, 'nurse.offline', { after: head });
    await anna!.connect();
    await ward.event((event) => event.type === 'nurse.online' && event.data.staff_id === anna!.id, 'nurse.online', { after: head });
    expect(await colleague(anna!)).toMatchObject({ queue_position: null });
  });
});

describe('the last person who can be reached', () => {
  it.each(['a break', 'the end of a shift'])('is told so before %s, and may insist, which tells the managers', async (leaving) => {
    const [anna, ben] = await onDuty(2);
    const leave = (person: Member, confirm?: boolean) =>
      leaving === 'a break'
        ? person.pause('icu', confirm === undefined ? {} : { confirm })
        : person.session.send('DELETE', `/departments/icu/shifts/mine${confirm === undefined ? '' : `?confirm=${String(confirm)}`}`);
    expect((await leave(anna!)).status).toBe(200);
    const head = await ward.head();
    expect(await leave(ben!)).toMatchObject({ status: 409, body: { error: { code: 'LAST_ON_DUTY', details: { departments: ['icu'] } } } });
    expect(await colleague(ben!)).toMatchObject({ queue_position: 1 });
    expect((await leave(ben!, true)).status).toBe(200);
    const notices = (await ward.log('icu', head)).filter((event) => event.type === 'notice.posted');
    expect(notices).toMatchObject([{ data: { code: 'nobody_on_duty', by: `staff:${ben!.id}` } }]);
  });

  it('is one of two who leave at once', async () => {
    for (let round = 0; round < 5; round++) {
      const people = await onDuty(2);
      const answers = await Promise.all(people.map((person) => person.pause('icu', {})));
      expect(answers.map((answer) => answer.status).sort()).toEqual([200, 409]);
      await ward.empty();
    }
  });

  it('is not somebody beside a colleague who cannot be reached, and is one beside a colleague who can', async () => {
    const [anna, ben] = await onDuty(2);
    await ben!.disconnect();
    expect((await anna!.pause('icu', {})).status).toBe(200);
    await anna!.resume('icu');
    await ward.move(70);
    expect((await anna!.pause('icu', {})).status).toBe(409);
  });
});
