import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Socket, type AnyFrame } from '../../../support/clients/client.js';
import { HeldTransaction } from '../../../support/held-transaction.js';
import { type Member, toldOf, Ward } from '../../../support/ward.js';
import { startTestWardline } from '../../../support/wardline.js';
import { eventually } from '../../../support/eventually.js';

let ward: Ward;
let anna: Member;
let ben: Member;
let cleo: Member;
let manager: Member;
/** The head of icu's log when the test began. */
let start: number;

beforeAll(async () => {
  ward = await Ward.open({ CALL_PRESENCE_SEC: '3600' });
});
afterAll(() => ward.stop());
/** Three nurses in the queue in this order, and the manager connected. */
beforeEach(async () => {
  await ward.empty();
  [anna, ben, cleo] = (await ward.onDuty('icu', 'icu-nurse-1', 'icu-nurse-2', 'icu-nurse-3')) as [Member, Member, Member];
  [manager] = (await ward.connected('icu-manager')) as [Member];
  start = await ward.head();
});

async function since(type: string, dept = 'icu', after = start): Promise<AnyFrame[]> {
  return (await ward.log(dept, after)).filter((event) => event.type === type);
}

async function until(type: string, count = 1): Promise<AnyFrame[]> {
  return eventually(
    async () => {
      const events = await since(type);
      return events.length >= count ? events : undefined;
    },
    `${type} × ${String(count)}`,
  );
}

async function turns(count: number): Promise<string[]> {
  const told: string[] = [];
  for (let press = 0; press < count; press++) told.push(...toldOf(await ward.press()));
  return told;
}

describe("a nurse's last connection closes", () => {
  it('within the grace nothing happens; NURSE_DISCONNECT_GRACE_SEC 60 later the nurse is offline, once', async () => {
    await anna.disconnect();
    await ward.move(45);
    await ward.settle();
    expect(await since('nurse.offline')).toEqual([]);
    await ward.move(15);
    expect(await until('nurse.offline')).toMatchObject([{ critical: false, data: { staff_id: anna.id } }]);
    await ward.move(200);
    await ward.settle();
    expect(await since('nurse.offline')).toHaveLength(1);
  });

  it('the nurse is out of the queue', async () => {
    await anna.disconnect();
    await ward.move(61);
    await until('nurse.offline');
    expect(await turns(4)).toEqual([ben.id, cleo.id, ben.id, cleo.id]);
  });

  it('a call pending on them escalates: the next nurse is added, priority += 1, the level as it was, reason nurse_disconnected', async () => {
    const call = await ward.press();
    expect(toldOf(call)).toEqual([anna.id]);
    await anna.disconnect();
    await ward.move(45);
    await ward.settle();
    expect(await ward.escalations(call)).toEqual([]);
    await ward.move(16);
    const now = await ward.until(call, (one) => one.priority === 1, 'priority 1');
    expect(now).toMatchObject({ state: 'pending', level: 0, priority: 1, version: 1 });
    expect(toldOf(now)).toEqual([anna.id, ben.id]);
    await ward.settle();
    expect(await ward.escalations(call)).toMatchObject([
      { critical: true, data: { reason: 'nurse_disconnected', level: 0, call: { level: 0, priority: 1 } } },
    ]);
  });

  it('a call accepted by them is pending again, escalated the same way, and the next nurse may accept it', async () => {
    const call = await ward.press();
    await anna.does('accept', call);
    await anna.disconnect();
    await ward.move(61);
    const now = await ward.until(call, (one) => one.priority === 1, 'priority 1');
    expect(now).toMatchObject({ state: 'pending', accepted_by: null, level: 0, priority: 1, version: 3 });
    expect(toldOf(now)).toEqual([anna.id, ben.id]);
    const escalations = await ward.escalations(call);
    expect(escalations).toMatchObject([{ data: { reason: 'nurse_disconnected', level: 0, call: { state: 'pending' } } }]);
    expect(await ben.does('accept', call)).toMatchObject({ state: 'accepted', accepted_by: ben.id });
  });

  it('a call in progress stays theirs, and the department sees nurse.offline', async () => {
    const call = await ward.press();
    await anna.does('arrive', call);
    await anna.disconnect();
    await ward.move(100);
    await until('nurse.offline');
    await ward.settle();
    expect(await ward.call(call)).toMatchObject({ state: 'in_progress', accepted_by: anna.id, priority: 0, version: 2 });
    await anna.connect();
    expect(await anna.does('complete', call)).toMatchObject({ state: 'completed' });
  });

  it('calls of others, and closed ones, are left alone', async () => {
    const [mine, bens, closed] = [await ward.press(), await ward.press(), await ward.press()];
    await ben.does('accept', bens);
    await anna.does('accept', closed);
    await anna.does('cancel', closed);
    await anna.disconnect();
    await ward.move(61);
    await ward.until(mine, (one) => one.priority === 1, 'priority 1');
    await ward.settle();
    expect(await ward.call(bens)).toMatchObject({ state: 'accepted', accepted_by: ben.id, priority: 0 });
    expect(await ward.call(closed)).toMatchObject({ state: 'cancelled', priority: 0 });
  });

  it('every call pending on or accepted by them moves, each once', async () => {
    await ben.endShift('icu');
    await cleo.endShift('icu');
    const calls: AnyFrame[] = [];
    for (let index = 0; index < 6; index++) calls.push(await ward.press());
    for (const call of calls.slice(0, 3)) await anna.does('accept', call);
    await ben.startShift('icu');
    await cleo.startShift('icu');
    await anna.disconnect();
    await ward.move(61);
    for (const call of calls) {
      const now = await ward.until(call, (one) => one.priority === 1, 'priority 1');
      expect(now).toMatchObject({ state: 'pending', level: 0 });
      // The people who came on duty had taken over every second call.
      const others = toldOf(now).filter((id) => id !== anna.id);
      expect(others.length).toBeGreaterThanOrEqual(1);
      expect([ben.id, cleo.id]).toEqual(expect.arrayContaining(others));
    }
    await ward.settle();
    for (const call of calls) expect(await ward.escalations(call)).toHaveLength(1);
  });

  it('the ladder goes on beside: levels 1 to 3 belong to it, each once, reason timeout', async () => {
    const call = await ward.press();
    await ward.at(call, 91);
    expect(await ward.untilLevel(call, 1)).toMatchObject({ priority: 1 });
    // Its nurses are Anna and Ben now.
    await anna.disconnect();
    await ward.move(61);
    const now = await ward.until(call, (one) => one.priority === 2, 'priority 2');
    expect(now.level).toBe(1);
    expect(toldOf(now)).toEqual([anna.id, ben.id, cleo.id]);
    await ward.at(call, 181);
    await ward.untilLevel(call, 2);
    await ward.at(call, 301);
    expect(await ward.untilLevel(call, 3)).toMatchObject({ priority: 9, version: 1 });
    expect((await ward.escalations(call)).map((event) => [event.data.level, event.data.reason])).toEqual([
      [1, 'timeout'],
      [1, 'nurse_disconnected'],
      [2, 'timeout'],
      [3, 'timeout'],
    ]);
  });

  it('the call accepted by them keeps its level, and its deadlines move on by the time it stood accepted', async () => {
    const call = await ward.press();
    await ward.at(call, 20);
    await anna.does('accept', call);
    await ward.move(100);
    await anna.disconnect();
    await ward.move(61);
    await ward.until(call, (one) => one.state === 'pending', 'pending');
    const due = (await ward.deadline(call))!;
    expect(due).toBeGreaterThanOrEqual(90 + 161);
    expect(due).toBeLessThan(90 + 161 + 10);
  });

  it('of two connections closing one is nothing', async () => {
    const second = await anna.connect();
    const call = await ward.press();
    await anna.disconnect(second);
    await ward.at(call, 80);
    await ward.settle();
    expect(await since('nurse.offline')).toEqual([]);
    expect(await ward.escalations(call)).toEqual([]);
    expect(await turns(3)).toEqual([ben.id, cleo.id, anna.id]);
  });

  it('of connections to two nodes closing one is nothing, closing both is', async () => {
    const other = await ward.node();
    try {
      const there = await anna.connect(other);
      await anna.disconnect(anna.sockets[0]);
      await ward.move(100);
      await ward.settle();
      expect(await since('nurse.offline')).toEqual([]);
      await anna.disconnect(there);
      await ward.move(61);
      await until('nurse.offline');
    } finally {
      await other.stop();
    }
  });
});

describe('back within the grace', () => {
  it('nothing happens: the place in the queue, the calls and the log are as they were', async () => {
    const call = await ward.press();
    await anna.disconnect();
    await ward.move(40);
    await anna.connect();
    await ward.move(40);
    await ward.settle();
    for (const type of ['nurse.offline', 'nurse.online', 'call.escalated']) expect(await since(type)).toEqual([]);
    expect(await ward.call(call)).toMatchObject({ priority: 0, level: 0 });
    expect(await turns(3)).toEqual([ben.id, cleo.id, anna.id]);
  });

  it('and gone again, the grace counts from the last close', async () => {
    await anna.disconnect();
    await ward.move(50);
    await anna.connect();
    await anna.disconnect();
    await ward.move(45);
    await ward.settle();
    expect(await since('nurse.offline')).toEqual([]);
    await ward.move(16);
    await until('nurse.offline');
  });
});

describe('back later', () => {
  it("nurse.online, and the shift goes on, at the queue's tail", async () => {
    await anna.disconnect();
    await ward.move(61);
    await until('nurse.offline');
    expect(await turns(1)).toEqual([ben.id]);
    await anna.connect();
    expect(await until('nurse.online')).toMatchObject([{ critical: false, data: { staff_id: anna.id } }]);
    // Ben went to the tail before Anna came.
    expect(await turns(4)).toEqual([cleo.id, ben.id, anna.id, cleo.id]);
    expect(await since('nurse.shift_ended')).toEqual([]);
    expect(await since('nurse.shift_started')).toEqual([]);
  });

  it('the call that moved on is not taken from the others; the returned nurse may still accept it', async () => {
    const call = await ward.press();
    await anna.disconnect();
    await ward.move(61);
    await ward.until(call, (one) => one.priority === 1, 'priority 1');
    await anna.connect();
    await until('nurse.online');
    expect(await anna.does('accept', call)).toMatchObject({ state: 'accepted', accepted_by: anna.id, priority: 1 });
  });

  it('whose grace runs out at that very moment rejoins, too', async () => {
    await anna.disconnect();
    // As the expiry does, and held before its end.
    const expiry = await HeldTransaction.begin(ward.wardline);
    await expiry.query('UPDATE shifts SET queue_position = NULL WHERE staff_id = $1 AND ended_at IS NULL', [anna.id]);
    await expiry.query('UPDATE staff_absences SET handled_at = app_now() WHERE staff_id = $1', [anna.id]);
    const coming = anna.connect();
    await expiry.untilWaiting();
    await expiry.commit();
    await coming;
    expect(await until('nurse.online')).toMatchObject([{ data: { staff_id: anna.id } }]);
    expect(await turns(4)).toEqual([ben.id, cleo.id, anna.id, ben.id]);
  });

  it('one who is off duty and has accepted all the same is missed, too', async () => {
    const [guest] = await ward.connected('surg-nurse-1', 'surg-manager');
    const call = await ward.press('patient_normal', 'surg');
    await guest!.does('accept', call);
    await guest!.disconnect();
    await ward.move(61);
    expect(await ward.until(call, (one) => one.state === 'pending', 'pending again')).toMatchObject({ accepted_by: null, priority: 4 });
    const reopened = (await ward.story(call)).findLast((event) => event.type === 'call.pending');
    expect(reopened).toMatchObject({ critical: true, data: { from: 'accepted', reason: 'nurse_disconnected' } });
  });

  it('and gone again: nurse.offline again, and priority += 1 again', async () => {
    const call = await ward.press();
    for (const round of [1, 2]) {
      if (round === 2) await anna.connect();
      if (round === 2) await until('nurse.online');
      if (round === 2) await anna.does('accept', call);
      await anna.disconnect();
      await ward.move(61);
      await ward.until(call, (one) => one.priority === round, `priority ${String(round)}`);
    }
    expect(await until('nurse.offline', 2)).toHaveLength(2);
    expect((await ward.escalations(call)).map((event) => event.data.reason)).toEqual(['nurse_disconnected', 'nurse_disconnected']);
  });
});

describe('back later, and gone again before the shift goes on', () => {
  /** As between the connection and the transaction in which the person rejoins. */
  const notRejoined = async (person: Member): Promise<void> => {
    await ward.wardline.database.query(
      `INSERT INTO staff_absences (staff_id, since, handled_at) VALUES ($1, app_now() - interval '1 day', app_now())`,
      [person.id],
    );
  };

  it('the grace counts from the last close, and the call moves on', async () => {
    const call = await ward.press();
    await notRejoined(anna);
    await anna.disconnect();
    await ward.move(45);
    await ward.settle();
    expect(await since('nurse.offline')).toEqual([]);
    await ward.move(16);
    await until('nurse.offline');
    await ward.until(call, (one) => one.priority === 1, 'priority 1');
  });

  it('a manager counts as reachable for the whole buffer', async () => {
    const call = await ward.press();
    await ward.at(call, 40);
    await notRejoined(manager);
    await manager.disconnect();
    await ward.at(call, 181);
    await ward.untilLevel(call, 2);
    await ward.settle();
    expect(await ward.call(call)).toMatchObject({ level: 2 });
  });
});

describe('a manager disconnects', () => {
  it('for SESSION_RECONNECT_BUFFER_SEC 180 they count as reachable for level 2', async () => {
    const call = await ward.press();
    await ward.at(call, 40);
    await manager.disconnect();
    await ward.at(call, 181);
    const now = await ward.untilLevel(call, 2);
    await ward.settle();
    expect(await ward.call(call)).toMatchObject({ level: 2, priority: 3 });
    expect(toldOf(now)).toContain(manager.id);
  });

  it('later than that, level 2 passes on at once', async () => {
    await manager.disconnect();
    await ward.move(181);
    const call = await ward.press();
    await ward.at(call, 181);
    const now = await ward.untilLevel(call, 3);
    expect(now).toMatchObject({ level: 3, priority: 8 });
    expect((await ward.escalations(call)).map((event) => event.data.level)).toEqual([1, 2, 3]);
    expect(toldOf(now)).toContain(ward.admin.user.id);
  });

  it('and a call that they have accepted off duty is theirs as long; then it is pending again, and asks the next nurse', async () => {
    const call = await ward.press();
    await manager.does('accept', call);
    const other = await ward.press();
    await manager.does('arrive', other);
    await manager.disconnect();
    await ward.move(170);
    await ward.settle();
    expect(await ward.call(call)).toMatchObject({ state: 'accepted', accepted_by: manager.id });
    await ward.move(11);
    const now = await ward.until(call, (one) => one.state === 'pending', 'pending again');
    expect(now).toMatchObject({ accepted_by: null, level: 0, priority: 1 });
    const reopened = (await ward.story(call)).findLast((event) => event.type === 'call.pending');
    expect(reopened).toMatchObject({ critical: true, data: { from: 'accepted', reason: 'nurse_disconnected' } });
    expect(await ward.escalations(call)).toMatchObject([{ data: { reason: 'nurse_disconnected', level: 0 } }]);
    expect(await ward.call(other)).toMatchObject({ state: 'in_progress', accepted_by: manager.id });
    // A command without a connection is a sign of life: the buffer counts from it.
    await manager.does('accept', call);
    await ward.settle();
    expect(await ward.call(call)).toMatchObject({ state: 'accepted', accepted_by: manager.id });
  });

  it('and on duty their calls move on with the grace, as those of a nurse', async () => {
    await manager.startShift('icu');
    const call = await ward.press();
    await manager.does('accept', call);
    await manager.disconnect();
    await ward.move(61);
    expect(await ward.until(call, (one) => one.state === 'pending', 'pending again')).toMatchObject({ accepted_by: null, priority: 1 });
    await manager.endShift('icu');
  });

  it('whoever resumes gets every event missed, in order', async () => {
    const socket = manager.sockets[0]!;
    const first = await socket.ask({ type: 'subscribe', dept: 'icu' });
    await manager.disconnect();
    const call = await ward.press();
    await ward.at(call, 91);
    await ward.untilLevel(call, 1);
    await ben.does('accept', call);
    await ben.does('decline', call);
    await ben.endShift('icu');
    const missed = await ward.log('icu', first.data.head);
    const again = await manager.connect();
    const answer = await again.ask({ type: 'subscribe', dept: 'icu', after: first.data.head, epoch: first.data.epoch });
    expect(answer.data).toMatchObject({ recovered: true, from: first.data.head + 1 });
    const got = await eventually(() => {
      const events = again.events('icu');
      return events.length >= missed.length ? events : undefined;
    }, 'the missed events');
    expect(got.slice(0, missed.length).map((event) => [event.seq, event.type])).toEqual(missed.map((event) => [event.seq, event.type]));
    expect(got.map((event) => event.seq)).toEqual(got.map((_, index) => Number(first.data.head) + 1 + index));
  });
});

describe('an unattended department', () => {
  /** All people of icu disconnect. */
  async function allLeave(): Promise<void> {
    for (const person of [anna, ben, cleo, manager]) await person.disconnect();
  }

  it('has open calls and no live staff connection: department.unattended once, department.attended once', async () => {
    const call = await ward.press();
    await allLeave();
    expect(await until('department.unattended')).toMatchObject([{ critical: true }]);
    await ward.move(30);
    await ward.settle();
    expect(await since('department.unattended')).toHaveLength(1);
    await ben.connect();
    await until('department.attended');
    await cleo.connect();
    await ward.settle();
    expect(await since('department.unattended')).toHaveLength(1);
    expect(await since('department.attended')).toHaveLength(1);
    expect((await ward.call(call)).state).toBe('pending');
    await ben.disconnect();
    await cleo.disconnect();
    expect(await until('department.unattended', 2)).toHaveLength(2);
  });

  it('is one by a press, too', async () => {
    await allLeave();
    await ward.settle();
    expect(await since('department.unattended')).toEqual([]);
    await ward.press();
    await until('department.unattended');
    await manager.connect();
    await until('department.attended');
  });

  it('is not one without open calls, nor for the calls or people of another department', async () => {
    const [stranger] = await ward.onDuty('med', 'med-nurse-1');
    const elsewhere = await ward.head('med');
    await ward.press('patient_normal', 'med');
    await allLeave();
    await ward.settle();
    expect(await since('department.unattended')).toEqual([]);
    expect(await since('department.unattended', 'med', elsewhere)).toEqual([]);
    await ward.press();
    await until('department.unattended');
    expect(stranger!.sockets).toHaveLength(1);
  });

  it('once each on several nodes', async () => {
    const other = await ward.node();
    try {
      await ward.press();
      await allLeave();
      await until('department.unattended');
      await ward.settle();
      await anna.connect(other);
      await until('department.attended');
      await ward.settle();
      expect(await since('department.unattended')).toHaveLength(1);
      expect(await since('department.attended')).toHaveLength(1);
    } finally {
      await anna.disconnect();
      await other.stop();
    }
  });
});

describe('both clocks survive any crash', () => {
  /** A ward with the shipped heartbeats, where all was well for long. */
  async function wardInOrder(): Promise<Ward> {
    const own = await Ward.open({ SERVER_HEARTBEAT_SEC: '1', SERVER_STALE_SEC: '90', SERVER_GC_INTERVAL_SEC: '1' });
    await own.wardline.database.query(`UPDATE ward_watch SET ready_at = '-infinity'`);
    return own;
  }

  /** A node that says nothing any more, with connections of these people. */
  async function deadNode(own: Ward, heartbeatAgeSec: number, people: Member[]): Promise<string> {
    const id = `ghost:${randomUUID()}`;
    await own.wardline.database.query(
      `INSERT INTO nodes (server_id, started_at, heartbeat_at)
       VALUES ($1, statement_timestamp() - interval '1 hour', statement_timestamp() - make_interval(secs => $2))`,
      [id, heartbeatAgeSec],
    );
    for (const person of people) {
      await own.wardline.database.query(
        `INSERT INTO staff_connections (connection_id, server_id, staff_id, since) VALUES ($1, $2, $3, statement_timestamp() - interval '1 hour')`,
        [randomUUID(), id, person.id],
      );
    }
    return id;
  }

  it("a dead node's people count as disconnected since its last heartbeat", async () => {
    const own = await wardInOrder();
    try {
      const [lost, both, here] = (await own.onDuty('icu', 'icu-nurse-1', 'icu-nurse-2', 'icu-nurse-3')) as [Member, Member, Member];
      const [call, accepted, inProgress] = [await own.press(), await own.press(), await own.press()];
      expect([call, accepted, inProgress].flatMap(toldOf)).toEqual([lost.id, both.id, here.id]);
      await lost.does('accept', accepted);
      await lost.does('arrive', inProgress);
      const after = await own.head();
      // As when the node died that held the only connection of the one, and one of two of the other.
      await lost.disconnect();
      await deadNode(own, 95, [lost, both]);
      await own.wardline.database.query('DELETE FROM staff_absences WHERE staff_id = $1', [lost.id]);
      // 95 s are more than the grace of 60: what is due is done as soon as the node is known to be dead, not a grace later.
      const offline = await own.event((event) => event.type === 'nurse.offline', 'nurse.offline', { after });
      expect(offline.data.staff_id).toBe(lost.id);
      const moved = await own.until(call, (one) => one.priority === 1, 'priority 1');
      expect(moved).toMatchObject({ level: 0, state: 'pending' });
      expect(toldOf(moved)).toEqual([lost.id, both.id]);
      expect(await own.until(accepted, (one) => one.state === 'pending', 'pending')).toMatchObject({ priority: 1, accepted_by: null });
      await own.settle();
      expect(await own.call(inProgress)).toMatchObject({ state: 'in_progress', accepted_by: lost.id, priority: 0 });
      expect((await own.log('icu', after)).filter((event) => event.type === 'nurse.offline')).toHaveLength(1);
      expect(toldOf(await own.press())).not.toContain(lost.id);
    } finally {
      await own.stop();
    }
  });

  it('a node whose heartbeat is late but not stale holds its people', async () => {
    const own = await wardInOrder();
    try {
      const [lost] = (await own.onDuty('icu', 'icu-nurse-1')) as [Member];
      const after = await own.head();
      await lost.disconnect();
      await deadNode(own, 70, [lost]);
      await own.wardline.database.query('DELETE FROM staff_absences WHERE staff_id = $1', [lost.id]);
      await own.settle();
      expect((await own.log('icu', after)).map((event) => event.type)).not.toContain('nurse.offline');
      expect(toldOf(await own.press())).toEqual([lost.id]);
    } finally {
      await own.stop();
    }
  });

  it('a node that is started again under its name before it was taken for dead: the people of before are gone since its last heartbeat', async () => {
    const own = await wardInOrder();
    try {
      const [lost, here] = (await own.onDuty('icu', 'icu-nurse-1', 'icu-nurse-2')) as [Member, Member];
      const after = await own.head();
      await lost.disconnect();
      const name = await deadNode(own, 70, [lost, here]);
      await own.wardline.database.query('DELETE FROM staff_absences WHERE staff_id = $1', [lost.id]);
      const again = await startTestWardline({ sharedWith: own.wardline, env: { SERVER_ID: name } });
      try {
        const offline = await own.event((event) => event.type === 'nurse.offline', 'nurse.offline', { after });
        expect(offline.data.staff_id).toBe(lost.id);
        await own.settle();
        expect(await own.wardline.database.query('SELECT FROM staff_connections WHERE server_id = $1', [name])).toEqual([]);
        expect((await own.log('icu', after)).filter((event) => event.type === 'nurse.offline')).toHaveLength(1);
      } finally {
        await again.stop();
      }
    } finally {
      await own.stop();
    }
  });

  it('a node that lives keeps its people, whoever else is started under its name', async () => {
    const own = await wardInOrder();
    try {
      const [here] = (await own.onDuty('icu', 'icu-nurse-1')) as [Member];
      const rows = () => own.wardline.database.query('SELECT server_id FROM staff_connections WHERE staff_id = $1', [here.id]);
      const [row] = await own.wardline.database.query<{ server_id: string }>('SELECT server_id FROM nodes');
      const before = await rows();
      const second = await startTestWardline({ sharedWith: own.wardline, env: { SERVER_ID: row?.server_id ?? '' } });
      try {
        expect(await rows()).toEqual(before);
        expect(await own.wardline.database.query('SELECT FROM staff_absences WHERE staff_id = $1', [here.id])).toEqual([]);
      } finally {
        await second.stop();
      }
    } finally {
      await own.stop();
    }
  });

  it("a dead node's people who come back elsewhere within the grace: nothing happens", async () => {
    const own = await wardInOrder();
    try {
      const [lost, other] = (await own.onDuty('icu', 'icu-nurse-1', 'icu-nurse-2')) as [Member, Member];
      const call = await own.press();
      await deadNode(own, 95, [lost, other]);
      const after = await own.head();
      await own.settle();
      expect((await own.log('icu', after)).map((event) => event.type)).not.toContain('nurse.offline');
      expect(await own.call(call)).toMatchObject({ priority: 0 });
    } finally {
      await own.stop();
    }
  });

  it('a manager on a dead node is reachable for level 2 for the buffer since its last heartbeat, no longer', async () => {
    const own = await wardInOrder();
    try {
      await own.onDuty('icu', 'icu-nurse-1', 'icu-nurse-2');
      const boss = await own.member('icu-manager');
      await deadNode(own, 200, [boss]);
      const call = await own.press();
      // Short deadlines instead of a moved clock, which would make the nurses' own node look dead.
      await own.wardline.database.query(
        `UPDATE calls SET l1_sec = 1, l2_sec = 2, l3_sec = 3600, next_escalation_at = placed_at + interval '1 s' WHERE id = $1`,
        [call.id],
      );
      expect(await own.untilLevel(call, 3)).toMatchObject({ level: 3, priority: 8 });
    } finally {
      await own.stop();
    }
  });

  it('after an outage of everything a grace never ends before it has run once in full since the first node was ready', async () => {
    const first = await Ward.open();
    const [nurse] = (await first.onDuty('icu', 'icu-nurse-1', 'icu-nurse-2')) as [Member];
    const call = await first.press();
    await nurse.does('accept', call);
    await first.wardline.app.close();
    await first.move(3000);
    const offline = () => first.wardline.database.query(`SELECT 1 FROM events WHERE type = 'nurse.offline'`);
    const state = async () => {
      const [row] = await first.wardline.database.query<{ state: string }>('SELECT state FROM calls WHERE id = $1', [call.id]);
      return row?.state;
    };
    // The presence of the call was due in the outage: that has another reason, and is not what this is about.
    await first.wardline.database.query(`UPDATE calls SET presence_due_at = app_now() + interval '1 hour' WHERE id = $1`, [call.id]);
    const second = await startTestWardline({ sharedWith: first.wardline });
    try {
      await first.settle();
      expect(await offline()).toEqual([]);
      expect(await state()).toBe('accepted');
      await first.move(40);
      await first.settle();
      expect(await offline()).toEqual([]);
      await first.move(25);
      await eventually(async () => ((await offline()).length === 2 ? true : undefined), 'nurse.offline × 2');
      await eventually(async () => ((await state()) === 'pending' ? true : undefined), 'pending');
    } finally {
      await second.stop();
      await first.wardline.database.drop();
    }
  });
});

describe('writing down who is connected', () => {
  it('keeps neither the engines nor the heartbeat of the node waiting, however much of it is held up', async () => {
    const call = await ward.press();
    const people = await Promise.all(
      ['med-nurse-1', 'med-nurse-2', 'med-manager', 'icu-nurse-4', 'icu-nurse-5'].map((name) => ward.member(name)),
    );
    const holder = new pg.Client({ connectionString: ward.wardline.database.url });
    await holder.connect();
    const sockets: Socket[] = [];
    try {
      for (const { id } of people) await holder.query("SELECT pg_advisory_lock(hashtext('wardline presence'), hashtext($1))", [id]);
      for (const { session } of people) sockets.push(await Socket.open(ward.wardline, session.cookie));
      await eventually(async () => {
        const waiting = await ward.wardline.database.query("SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted");
        return waiting.length > 0 ? true : undefined;
      }, 'writes that wait');
      const [before] = await ward.wardline.database.query<{ at: Date }>('SELECT heartbeat_at AS at FROM nodes');
      await ward.at(call, 91);
      await ward.untilLevel(call, 1);
      await eventually(async () => {
        const [now] = await ward.wardline.database.query<{ at: Date }>('SELECT heartbeat_at AS at FROM nodes');
        return now!.at > before!.at ? true : undefined;
      }, 'a heartbeat');
    } finally {
      await holder.end();
      for (const socket of sockets) socket.close();
    }
    for (const { id } of people)
      await eventually(async () => {
        const left = await ward.wardline.database.query('SELECT FROM staff_connections WHERE staff_id = $1', [id]);
        return left.length === 0 ? true : undefined;
      }, 'the end of their sockets');
  });
});
