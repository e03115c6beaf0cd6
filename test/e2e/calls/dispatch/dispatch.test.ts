import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Transactions } from '../../../../src/platform/database/transactions.js';
import { Dispatch } from '../../../../src/ward/calls/dispatch/dispatch.js';
import type { DispatchableCall } from '../../../../src/ward/calls/dispatch/dispatch-strategy.js';
import { DepartmentPolicies } from '../../../../src/ward/calls/policies/department-policies.js';
import { EscalationPolicies } from '../../../../src/ward/calls/policies/escalation-policies.js';
import type { EscalationPolicy } from '../../../../src/ward/deadlines/deadlines.js';
import type { AnyFrame } from '../../../support/clients/client.js';
import { dispatchContract } from '../../../support/checks/dispatch.contract.js';
import { escalationPolicyContract } from '../../../../src/testing/contracts/escalation-policy.contract.js';
import { closeAllCalls } from '../../../support/clients/person.js';
import { type Member, toldOf, Ward } from '../../../support/ward.js';
import type { TestWardline } from '../../../support/wardline.js';
import { eventually } from '../../../support/eventually.js';

let ward: Ward;

beforeAll(async () => {
  ward = await Ward.open();
});
afterAll(() => ward.stop());
beforeEach(() => ward.empty());

const NURSES = ['icu-nurse-1', 'icu-nurse-2', 'icu-nurse-3', 'icu-nurse-4', 'icu-nurse-5', 'icu-nurse-6'];

/** So many nurses on duty and connected, in the queue's order. */
function onDuty(count: number): Promise<Member[]> {
  return ward.onDuty('icu', ...NURSES.slice(0, count));
}

/** The recipients of so many presses, one after another. */
async function turns(count: number): Promise<string[]> {
  const told: string[] = [];
  for (let press = 0; press < count; press++) told.push(...toldOf(await ward.press()));
  return told;
}

function idsOf(people: (Member | undefined)[]): string[] {
  return people.map((person) => person?.id ?? 'nobody');
}

async function exclude(nurse: Member, seconds = 3600): Promise<string> {
  const id = randomUUID();
  await ward.wardline.database.query(
    `INSERT INTO exclusions (id, dept_id, staff_id, reason, author_id, until)
     VALUES ($1, 'icu', $2, 'a test', $3, app_now() + make_interval(secs => $4))`,
    [id, nurse.id, ward.admin.user.id, seconds],
  );
  return id;
}

async function assign(room: string, primary: Member, backup?: Member, seconds: number | null = null): Promise<void> {
  await ward.wardline.database.query(
    `INSERT INTO room_assignments (room_id, dept_id, primary_id, backup_id, until, author_id)
     VALUES ($1, 'icu', $2, $3, app_now() + make_interval(secs => $4), $5)`,
    [room, primary.id, backup?.id ?? null, seconds, ward.admin.user.id],
  );
}

/** Keeps the shift rows of these people locked, as a transaction that takes its time would. */
async function lockShifts(people: string[]): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: ward.wardline.database.url });
  await client.connect();
  await client.query('BEGIN');
  const held = await client.query('SELECT 1 FROM shifts WHERE staff_id = ANY ($1) AND ended_at IS NULL FOR UPDATE', [people]);
  expect(held.rowCount).toBe(people.length);
  return async () => {
    await client.query('ROLLBACK');
    await client.end();
  };
}

describe('round robin', () => {
  it('asks the head of the queue, one nurse a call, and who is chosen goes to the tail', async () => {
    const [anna, ben, cleo] = idsOf(await onDuty(3));
    expect(await turns(7)).toEqual([anna, ben, cleo, anna, ben, cleo, anna]);
  });

  it('asks no nurse who is off duty; who starts a shift is at the tail, who ends it is out of the queue', async () => {
    const [anna, ben, cleo] = await onDuty(3);
    await ward.connected('icu-nurse-4');
    const dora = await ward.member('icu-nurse-4');
    expect(await turns(2)).toEqual(idsOf([anna, ben]));
    await dora.startShift('icu');
    expect(await turns(4)).toEqual(idsOf([cleo, anna, ben, dora]));
    await closeAllCalls(ward.admin);
    expect((await ben!.endShift('icu')).status).toBeLessThan(300);
    expect(await turns(4)).toEqual(idsOf([cleo, anna, dora, cleo]));
  });

  it('asks nurses of its own department only', async () => {
    const [anna] = await onDuty(1);
    const [other] = await ward.onDuty('med', 'med-nurse-1');
    expect(await turns(2)).toEqual(idsOf([anna, anna]));
    expect(toldOf(await ward.press('patient_normal', 'med'))).toEqual([other!.id]);
  });

  it('keeps the turn of a nurse who is passed over', async () => {
    const [anna, ben, cleo] = await onDuty(3);
    const exclusion = await exclude(anna!);
    expect(await turns(2)).toEqual(idsOf([ben, cleo]));
    await ward.wardline.database.query('DELETE FROM exclusions WHERE id = $1', [exclusion]);
    expect(await turns(1)).toEqual(idsOf([anna]));
  });

  it.each(['service_request', 'patient_normal', 'technical_fault', 'cord_out', 'bed_exit', 'device_alarm'])(
    '%s goes to one nurse',
    async (type) => {
      const [anna] = await onDuty(2);
      expect(toldOf(await ward.press(type))).toEqual([anna!.id]);
    },
  );
});

describe('reachable', () => {
  it('is who has a live connection: a nurse on duty who never connected is passed over', async () => {
    const [anna, ben] = await onDuty(2);
    const cleo = await ward.member('icu-nurse-3');
    await cleo.startShift('icu');
    expect(await turns(4)).toEqual(idsOf([anna, ben, anna, ben]));
    await cleo.connect();
    expect(await turns(3)).toContain(cleo.id);
  });

  it('is who disconnected less than NURSE_DISCONNECT_GRACE_SEC ago, and nobody beyond', async () => {
    const [anna, ben] = await onDuty(2);
    await anna!.disconnect();
    await ward.move(45);
    expect(await turns(2)).toEqual(idsOf([anna, ben]));
    await closeAllCalls(ward.admin);
    await ward.move(20);
    expect(await turns(2)).toEqual(idsOf([ben, ben]));
  });

  it('is who is connected to any node of the cluster', async () => {
    const other = await ward.node();
    try {
      const [anna, ben] = await onDuty(2);
      await anna!.connect(other);
      await anna!.disconnect(anna!.sockets[0]);
      await ward.move(100);
      expect(await turns(2)).toEqual(idsOf([anna, ben]));
      expect(toldOf(await ward.press('patient_normal', 'icu', other))).toEqual([anna!.id]);
      await anna!.disconnect();
    } finally {
      await other.stop();
    }
  });
});

describe('an exclusion', () => {
  it('takes a nurse out of the queue, and ends by itself', async () => {
    const [anna, ben] = await onDuty(2);
    await exclude(anna!, 600);
    expect(await turns(3)).toEqual(idsOf([ben, ben, ben]));
    await closeAllCalls(ward.admin);
    await ward.move(601);
    expect((await turns(2)).sort()).toEqual(idsOf([anna, ben]).sort());
  });

  it('of everybody leaves nobody: the call goes to everyone signed in and the managers', async () => {
    const [anna, ben] = await onDuty(2);
    for (const nurse of [anna!, ben!]) await exclude(nurse);
    const call = await ward.press();
    expect((await ward.story(call)).map((event) => event.type)).toContain('call.unattended');
    expect(toldOf(call)).toEqual(expect.arrayContaining([(await ward.member('icu-manager')).id]));
  });
});

describe("a room's assignment overrides the queue", () => {
  it("the room's primary is asked, in this room only, whoever heads the queue", async () => {
    const [anna, , cleo] = await onDuty(3);
    await assign('icu-108', cleo!);
    expect(toldOf(await ward.pressAt('icu-108-bed'))).toEqual([cleo!.id]);
    expect(toldOf(await ward.pressAt('icu-107-bed'))).toEqual([anna!.id]);
  });

  it('then the backup, if the primary is excluded, off duty or unreachable', async () => {
    const [anna, ben, cleo] = await onDuty(3);
    await assign('icu-108', cleo!, ben);
    const exclusion = await exclude(cleo!);
    expect(toldOf(await ward.pressAt('icu-108-bed'))).toEqual([ben!.id]);
    await ward.wardline.database.query('DELETE FROM exclusions WHERE id = $1', [exclusion]);
    await closeAllCalls(ward.admin);
    await cleo!.disconnect();
    await ward.move(70);
    expect(toldOf(await ward.pressAt('icu-108-bed'))).toEqual([ben!.id]);
    await cleo!.connect();
    expect(toldOf(await ward.pressAt('icu-108-bath'))).toEqual([cleo!.id]);
    await closeAllCalls(ward.admin);
    await cleo!.endShift('icu');
    expect(toldOf(await ward.pressAt('icu-108-bed'))).toEqual([ben!.id]);
    expect(toldOf(await ward.pressAt('icu-107-bed'))).toEqual([anna!.id]);
  });

  it('then the queue, if neither fits', async () => {
    const [anna, ben, cleo] = await onDuty(3);
    await assign('icu-108', cleo!, ben);
    for (const nurse of [ben!, cleo!]) await exclude(nurse);
    expect(toldOf(await ward.pressAt('icu-108-bed'))).toEqual([anna!.id]);
  });

  it('is over when it expires', async () => {
    const [anna, , cleo] = await onDuty(3);
    await assign('icu-108', cleo!, undefined, 600);
    await ward.move(601);
    expect(toldOf(await ward.pressAt('icu-108-bed'))).toEqual([anna!.id]);
  });

  it('of a primary who declines: the call goes on to somebody else', async () => {
    const [anna, ben, cleo] = await onDuty(3);
    await assign('icu-108', cleo!, ben);
    const call = await ward.pressAt('icu-108-bed');
    const declined = await cleo!.does('decline', call);
    expect(toldOf(declined).filter((id) => id === anna!.id || id === ben!.id)).toHaveLength(1);
  });
});

describe('broadcast', () => {
  it.each(['staff_assist', 'bath_emergency', 'staff_emergency', 'code_blue'])(
    '%s goes to every on-duty nurse and manager of the department at once, and to nobody else',
    async (type) => {
      const nurses = await onDuty(3);
      // Here, but not on duty; and of another department.
      await ward.connected('icu-nurse-4', 'med-nurse-1', 'med-manager');
      const manager = await ward.member('icu-manager');
      const call = await ward.press(type);
      expect(toldOf(call).sort()).toEqual(idsOf([...nurses, manager]).sort());
      expect(call).toMatchObject({ state: 'pending', level: 0 });
      expect((await ward.story(call)).filter((event) => event.type !== 'call.assigned').map((event) => event.type)).toEqual([
        'call.pending',
      ]);
    },
  );

  it("takes nobody's turn", async () => {
    const [anna, ben] = await onDuty(2);
    await ward.press('code_blue');
    expect(await turns(2)).toEqual(idsOf([anna, ben]));
  });
});

describe('nobody fits', () => {
  it('the call goes to everyone signed in to the department and its managers, with call.unattended; levels 1 and 2 pass at once', async () => {
    // No other person of this department signs in to this ward.
    const [here, , manager] = await ward.connected('surg-nurse-1', 'med-nurse-1', 'surg-manager');
    const signedInOnly = await ward.member('surg-nurse-2');
    const call = await ward.press('patient_normal', 'surg');
    expect(toldOf(call).sort()).toEqual(idsOf([here, signedInOnly, manager]).sort());
    expect(call).toMatchObject({ state: 'pending', level: 2, priority: 3, version: 1 });
    const story = await ward.story(call);
    expect(story[0]).toMatchObject({ type: 'call.pending', critical: true });
    expect(story.filter((event) => event.type === 'call.unattended')).toMatchObject([{ critical: true, data: { call_id: call.id } }]);
  });

  it('the managers are told also when they are not signed in', async () => {
    const nobody = await Ward.open();
    try {
      const [manager] = await nobody.wardline.database.query<{ id: string }>(`SELECT id FROM staff WHERE username = 'med-manager'`);
      const call = await nobody.press('patient_normal', 'med');
      expect(toldOf(call)).toContain(manager?.id);
      expect((await nobody.story(call)).map((event) => event.type)).toContain('call.unattended');
    } finally {
      await nobody.stop();
    }
  });

  it('level 3 keeps its deadline while a manager can be reached, and comes once', async () => {
    await ward.connected('icu-manager');
    const call = await ward.press();
    await ward.at(call, 200);
    await ward.settle();
    expect(await ward.call(call)).toMatchObject({ level: 2, priority: 3 });
    await ward.at(call, 301);
    expect(await ward.untilLevel(call, 3)).toMatchObject({ level: 3, priority: 8 });
    const levels = (await ward.escalations(call)).filter((event) => event.data.repeat === undefined).map((event) => event.data.level);
    expect(levels).toEqual([...new Set(levels)]);
    expect(levels).toContain(3);
  });

  it('with each level that passes told by its event', async () => {
    await ward.connected('icu-manager');
    const call = await ward.press();
    const escalations = await ward.escalations(call);
    expect(escalations.map((event) => event.data.level)).toEqual([1, 2]);
  });

  it('a nurse who comes on duty later may accept it', async () => {
    const call = await ward.press();
    const [anna] = await onDuty(1);
    expect(await anna!.does('accept', call)).toMatchObject({ state: 'accepted', accepted_by: anna!.id });
  });
});

describe('a decline', () => {
  it('sends the call to the next nurse at once, with call.pending of reason declined', async () => {
    const [anna, ben, cleo] = await onDuty(3);
    const call = await ward.press();
    expect(toldOf(call)).toEqual([anna!.id]);
    const declined = await anna!.does('decline', call);
    expect(declined).toMatchObject({ state: 'pending', level: 0, priority: 0, accepted_by: null });
    expect(toldOf(declined)).toContain(ben!.id);
    expect(toldOf(declined)).not.toContain(cleo!.id);
    const reopened = (await ward.story(call)).filter((event) => event.type === 'call.pending' && event.data.reason === 'declined');
    expect(reopened).toHaveLength(1);
    expect(toldOf(reopened[0].data.call)).toContain(ben!.id);
  });

  it('is for good: the decliner is not asked again for this call, and is for the next', async () => {
    const [anna, ben] = await onDuty(2);
    const call = await ward.press();
    await anna!.does('decline', call);
    const head = await ward.head();
    await ben!.does('decline', call);
    // Everybody has declined: nobody is left, so the managers are asked.
    const now = await ward.until(call, (one) => toldOf(one).length > 2, 'somebody else');
    expect(toldOf(now)).toContain((await ward.member('icu-manager')).id);
    await ward.untilLevel(call, 3);
    await ward.settle();
    const asked = async () =>
      (
        await ward.wardline.database.query('SELECT 1 FROM annunciations WHERE call_id = $1 AND staff_id = $2 AND declined_at IS NULL', [
          call.id,
          anna!.id,
        ])
      ).length;
    expect(await asked()).toBe(0);
    // The failsafe alone asks decliners once more.
    await ward.at(call, 700);
    await eventually(async () => ((await asked()) === 1 ? true : undefined), 'the failsafe');
    for (const event of (await ward.log('icu', head)).filter((one) => one.type === 'call.assigned' && one.data.call_id === call.id))
      expect([anna!.id, ben!.id]).not.toContain(event.data.staff_id);
    expect((await turns(2)).sort()).toEqual(idsOf([anna, ben]).sort());
  });

  it('passes over who declined when a level adds the next nurse', async () => {
    const [anna, ben, cleo] = await onDuty(3);
    const call = await ward.press();
    await anna!.does('decline', call);
    await ward.at(call, 91);
    const now = await ward.untilLevel(call, 1);
    expect(toldOf(now)).toEqual(expect.arrayContaining(idsOf([ben, cleo])));
    expect(now.level).toBe(1);
  });

  it('after an accept sends it on, too', async () => {
    const [anna, ben] = await onDuty(2);
    const call = await ward.press();
    await anna!.does('accept', call);
    const declined = await anna!.does('decline', call);
    expect(declined).toMatchObject({ state: 'pending', accepted_by: null });
    expect(toldOf(declined)).toContain(ben!.id);
  });
});

describe('two calls at once never take the same turn', () => {
  it('as many presses at once as nurses: each nurse gets exactly one', async () => {
    const nurses = await onDuty(6);
    for (let round = 0; round < 5; round++) {
      const calls = await Promise.all(nurses.map(() => ward.press()));
      expect(calls.flatMap(toldOf).sort()).toEqual(idsOf(nurses).sort());
      await closeAllCalls(ward.admin);
    }
  });

  it('and so on two nodes, and the spread of many calls is at most one', async () => {
    const other = await ward.node();
    try {
      const nurses = await onDuty(5);
      const nodes: TestWardline[] = [ward.wardline, other];
      const counts = new Map(idsOf(nurses).map((id) => [id, 0]));
      for (let round = 0; round < 6; round++) {
        // Not a multiple of the nurses: the turns shift from round to round.
        const presses = Array.from({ length: 4 + 2 * round }, (_, index) => ward.press('patient_normal', 'icu', nodes[index % 2]));
        for (const id of (await Promise.all(presses)).flatMap(toldOf)) counts.set(id, (counts.get(id) ?? 0) + 1);
        const spread = [...counts.values()];
        expect(Math.max(...spread) - Math.min(...spread)).toBeLessThanOrEqual(1);
        await closeAllCalls(ward.admin);
      }
      expect(counts.size).toBe(5);
    } finally {
      await other.stop();
    }
  });

  it('a nurse whose row is locked is not an absent nurse', async () => {
    const [anna] = await onDuty(2);
    const release = await lockShifts([anna!.id]);
    const press = ward.press();
    setTimeout(() => void release(), 300);
    expect(toldOf(await press)).toEqual([anna!.id]);
  });
});

describe('reassignment', () => {
  function reassign(by: Member, call: AnyFrame, to: Member) {
    return by.session.post(`/calls/${call.id as string}/reassign`, { staff_id: to.id, reason: 'knows the patient' });
  }

  it('by a manager puts the call to the nurse named', async () => {
    const [anna, , cleo] = await onDuty(3);
    const [manager] = await ward.connected('icu-manager');
    const call = await ward.press();
    const answer = await reassign(manager!, call, cleo!);
    expect(answer.status).toBe(200);
    expect(toldOf(await ward.call(call))).toEqual(expect.arrayContaining(idsOf([anna, cleo])));
  });

  it('hands a call in progress over, so that the shift may end', async () => {
    const [anna, ben] = await onDuty(2);
    const [manager] = await ward.connected('icu-manager');
    const call = await ward.press();
    await anna!.does('arrive', call);
    expect((await anna!.endShift('icu')).status).toBe(409);
    expect((await reassign(manager!, call, ben!)).status).toBe(200);
    expect((await ward.call(call)).accepted_by).not.toBe(anna!.id);
    expect((await anna!.endShift('icu')).status).toBeLessThan(300);
  });

  it('is refused to a nurse (403), to managers of other departments (404), and for who is not on duty', async () => {
    const [anna, ben] = await onDuty(2);
    const [manager, strange, offDuty] = await ward.connected('icu-manager', 'med-manager', 'icu-nurse-6');
    const call = await ward.press();
    expect((await reassign(anna!, call, ben!)).status).toBe(403);
    expect((await reassign(strange!, call, ben!)).status).toBe(404);
    expect((await reassign(manager!, call, offDuty!)).status).toBeGreaterThanOrEqual(400);
    expect(toldOf(await ward.call(call))).toEqual([anna!.id]);
  });
});

describe('the default dispatch keeps the contract', () => {
  let nurses: Member[];
  let placed = 0;
  const ROOMS = ['icu-101', 'icu-102', 'icu-103', 'icu-104', 'icu-105', 'icu-106', 'icu-107', 'icu-108'];
  const TYPES = ['patient_normal', 'service_request', 'cord_out', 'bed_exit'];

  beforeEach(async () => {
    nurses = await onDuty(4);
    await ward.connected('icu-nurse-5');
  });

  dispatchContract(() => ({
    dispatch: ward.wardline.app.get(Dispatch),
    transactions: ward.wardline.app.get(Transactions),
    fit: idsOf(nurses),
    freshCall: async (): Promise<DispatchableCall> => {
      const room = ROOMS[placed % ROOMS.length] ?? '';
      const type = TYPES[Math.floor(placed++ / ROOMS.length) % TYPES.length] ?? '';
      const [row] = await ward.wardline.database.query<{ id: string; rank: number }>(
        `INSERT INTO calls (id, dept_id, room_id, type, state, priority, l1_sec, l2_sec, l3_sec, repeat_sec, next_escalation_at)
         VALUES ($1, 'icu', $2, $3, 'pending', 0, 9000, 9001, 9002, 60, app_now() + interval '9000 s')
         RETURNING id, (SELECT rank FROM call_types t WHERE t.id = type) AS rank`,
        [randomUUID(), room, type],
      );
      return { id: row!.id, dept: 'icu', roomId: room, type, rank: row!.rank };
    },
    tell: async (call, staffId) => {
      await ward.wardline.database.query(`INSERT INTO annunciations (call_id, staff_id, role, reason) VALUES ($1, $2, 'nurse', 'queue')`, [
        call.id,
        staffId,
      ]);
    },
    unfit: {
      excluded: async (staffId) => {
        const id = await exclude(nurses.find((nurse) => nurse.id === staffId)!);
        return async () => {
          await ward.wardline.database.query('DELETE FROM exclusions WHERE id = $1', [id]);
        };
      },
      unreachable: async (staffId) => {
        const nurse = nurses.find((one) => one.id === staffId)!;
        await nurse.disconnect();
        await ward.move(100);
        return async () => {
          await nurse.connect();
        };
      },
      'off duty': async (staffId) => {
        const nurse = nurses.find((one) => one.id === staffId)!;
        await nurse.endShift('icu');
        return () => nurse.startShift('icu');
      },
    },
    lockShifts: () => lockShifts(idsOf(nurses)),
  }));

  it('and a turn that was rolled back was not taken', async () => {
    const dispatch = ward.wardline.app.get(Dispatch);
    const transactions = ward.wardline.app.get(Transactions);
    const call = await ward.press();
    const asked: (string | undefined)[] = [];
    for (let attempt = 0; attempt < 2; attempt++) {
      const rollback = transactions.run(async (tx) => {
        asked.push((await dispatch.next(tx, { id: call.id, dept: 'icu', roomId: call.room_id, type: call.type, rank: 0 }))?.staffId);
        throw new Error('rolled back');
      });
      await expect(rollback).rejects.toThrow('rolled back');
    }
    expect(asked).toEqual(idsOf([nurses[1], nurses[1]]));
  });
});

describe('the default EscalationPolicyProvider keeps the contract', () => {
  beforeEach(async () => {
    await ward.wardline.database.query(`INSERT INTO escalation_policies VALUES ('med', 10, 20, 30, 5)`);
  });

  /** As for a press: the deadlines are read with it. */
  function usualPolicy({ dept, type }: { dept: string; type: string }): Promise<EscalationPolicy> {
    const { app } = ward.wardline;
    return app.get(Transactions).run(async (tx) => {
      const deadlines = await app.get(DepartmentPolicies).rowFor(tx, dept, type);
      if (!deadlines) throw new Error(`no type ${type}`);
      return app.get(EscalationPolicies).policyFor({ dept, type, deadlines });
    });
  }

  escalationPolicyContract(it, () => ({
    provider: { policyFor: usualPolicy },
    calls: ['icu', 'med', 'surg'].flatMap((dept) => ['patient_normal', 'code_blue'].map((type) => ({ dept, type }))),
  }));

  it('with the settings where the department has no deadlines of its own, and the department’s where it has', async () => {
    const policyOf = (dept: string) => usualPolicy({ dept, type: 'patient_normal' });
    expect(await policyOf('icu')).toEqual({ l1Sec: 90, l2Sec: 180, l3Sec: 300, repeatSec: 60 });
    expect(await policyOf('med')).toEqual({ l1Sec: 10, l2Sec: 20, l3Sec: 30, repeatSec: 5 });
  });
});
