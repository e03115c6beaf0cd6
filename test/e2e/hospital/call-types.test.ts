import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EscalationPolicyProvider } from '../../../src/ward/calls/policies/escalation-policy.js';
import { type AnyFrame, asStation, type Session, signIn } from '../../support/clients/client.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';

let wardline: TestWardline;
let admin: Session;

const LADDER = { l1_sec: 30, l2_sec: 60, l3_sec: 90, repeat_sec: 20 };
const OTHER = { l1_sec: 40, l2_sec: 70, l3_sec: 100, repeat_sec: 25 };
const TYPE = { rank: 1, dispatch: 'assigned', cancel_policy: 'on_duty', labels: { en: 'Wound check', ar: 'فحص الجرح' } };

beforeAll(async () => {
  wardline = await startTestWardline();
  admin = await signIn(wardline, 'admin');
});

afterAll(() => wardline.stop());

let turn = 0;
/** The deadlines that a new call of the type has got. */
async function policyOf(type: string, target = wardline): Promise<AnyFrame> {
  turn = (turn % 8) + 1;
  const { status, body } = await asStation(target, `icu-10${String(turn)}-bed`)('POST', '/calls', { type });
  expect(status).toBe(201);
  const [row] = await target.database.query(
    'SELECT l1_sec, l2_sec, l3_sec, repeat_sec, presence_sec, attendance_sec FROM calls WHERE id = $1',
    [body.id],
  );
  return row;
}

describe('a call type', () => {
  it('is made with labels, kinds of station and a ladder of its own, and changed in part', async () => {
    const made = await admin.post('/admin/call-types', { ...TYPE, id: 'wound_check', station_kinds: ['bedside'], escalation: LADDER });
    expect(made).toMatchObject({ status: 201, body: { ...TYPE, id: 'wound_check', escalation: LADDER, retired: false } });
    const changed = await admin.send('PATCH', '/admin/call-types/wound_check', { escalation: { presence_sec: 45, attendance_sec: 0 } });
    expect(changed.body).toMatchObject({ ...TYPE, station_kinds: ['bedside'] });
    expect(changed.body.escalation).toMatchObject({ l1_sec: null, presence_sec: 45, attendance_sec: 0 });
    expect((await admin.send('PATCH', '/admin/call-types/wound_check', { escalation: null })).body.escalation.presence_sec).toBeNull();
    expect((await admin.get('/admin/call-types/wound_check')).body).toMatchObject({ labels: TYPE.labels });
  });

  it.each([
    { escalation: { ...LADDER, repeat_sec: 0 } },
    { escalation: { ...LADDER, l1_sec: -5 } },
    { escalation: { ...LADDER, l2_sec: 30 } },
    { escalation: { ...LADDER, l3_sec: 86_401 } },
    { escalation: { l1_sec: 30 } },
    { escalation: { ...LADDER, presence_sec: 0 } },
    { escalation: { ...LADDER, attendance_sec: -1 } },
    { labels: { 'not a language': 'x' } },
    { labels: { en: '' } },
    { station_kinds: ['toaster'] },
    { rank: 10 },
  ])('is not changed to %j', async (patch) => {
    expect(await admin.send('PATCH', '/admin/call-types/staff_assist', patch)).toMatchObject({
      status: 400,
      body: { error: { code: 'VALIDATION_FAILED' } },
    });
  });

  it('is retired, is not pressed then, and comes back', async () => {
    await admin.post('/admin/call-types', { ...TYPE, id: 'spill' });
    expect((await admin.send('DELETE', '/admin/call-types/spill')).status).toBe(204);
    expect((await admin.send('DELETE', '/admin/call-types/spill')).status).toBe(404);
    expect((await asStation(wardline, 'icu-101-bed')('POST', '/calls', { type: 'spill' })).status).toBe(400);
    const idsOf = async (query: string) =>
      (await admin.get(`/admin/call-types${query}`)).body.items.map((one: AnyFrame) => one.id) as string[];
    expect(await idsOf('')).not.toContain('spill');
    expect(await idsOf('?retired=true')).toContain('spill');
    expect((await admin.post('/admin/call-types', { ...TYPE, id: 'spill' })).status).toBe(409);
    expect((await admin.send('PATCH', '/admin/call-types/spill', { retired: false })).body).toMatchObject({ retired: false });
    expect((await asStation(wardline, 'icu-101-bed')('POST', '/calls', { type: 'spill' })).status).toBe(201);
  });
});

describe('the deadlines of a new call', () => {
  it("are the department's for the type, else the department's, else the type's, else the settings', and stay with it", async () => {
    const E = '/admin/departments/icu/escalation';
    await admin.post('/admin/call-types', { ...TYPE, id: 'laddered' });
    expect(await policyOf('laddered')).toMatchObject({ l1_sec: 90, l2_sec: 180, l3_sec: 300, repeat_sec: 60, presence_sec: 180 });
    await admin.send('PATCH', '/admin/call-types/laddered', { escalation: { ...LADDER, presence_sec: 33, attendance_sec: 0 } });
    expect(await policyOf('laddered')).toEqual({ ...LADDER, presence_sec: 33, attendance_sec: null });
    expect((await admin.send('PUT', E, OTHER)).body).toMatchObject({ ...OTHER, own: true, types: [] });
    expect(await policyOf('laddered')).toEqual({ ...OTHER, presence_sec: 33, attendance_sec: null });
    const own = { l1_sec: 5, l2_sec: 6, l3_sec: 7, repeat_sec: 8, presence_sec: 9, attendance_sec: 10 };
    expect((await admin.send('PUT', `${E}/laddered`, own)).body).toEqual({ dept: 'icu', type: 'laddered', ...own, own: true });
    expect(await policyOf('laddered')).toEqual(own);
    expect(await policyOf('patient_normal')).toMatchObject(OTHER);
    expect((await admin.get(E)).body.types).toEqual([{ type: 'laddered', ...own }]);
    expect((await admin.send('DELETE', `${E}/laddered`)).status).toBe(204);
    expect((await admin.send('DELETE', E)).status).toBe(204);
    expect((await admin.get(`${E}/laddered`)).body).toMatchObject({ ...LADDER, presence_sec: 33, attendance_sec: 0, own: false });
    expect((await admin.get(E)).body).toMatchObject({ l1_sec: 90, repeat_sec: 60, own: false });
    const kept = await wardline.database.query(`SELECT 1 FROM calls WHERE type = 'laddered' AND l1_sec = 5`);
    expect(kept).toHaveLength(1);
  });

  it('cannot be written so that an engine stumbles over them', async () => {
    const refused = (sql: string) => expect(wardline.database.query(sql)).rejects.toThrow(/ladder_check/);
    await refused(`UPDATE calls SET repeat_sec = 0`);
    await refused(`UPDATE calls SET l1_sec = 0`);
    await refused(`UPDATE calls SET l2_sec = l3_sec`);
    await refused(`UPDATE call_types SET l1_sec = 5`);
    await refused(`UPDATE call_types SET l1_sec = 5, l2_sec = 6, l3_sec = 7, repeat_sec = 0`);
    await refused(`INSERT INTO escalation_policies VALUES ('med', 5, 6, 7, 90000)`);
    await refused(`INSERT INTO department_type_policies (dept_id, type, presence_sec) VALUES ('med', 'code_blue', 0)`);
  });
});

/** Answers with what the test says. */
class OwnPolicies extends EscalationPolicyProvider {
  static answer: () => Promise<unknown>;

  override policyFor() {
    return OwnPolicies.answer() as ReturnType<EscalationPolicyProvider['policyFor']>;
  }
}

describe("a hospital's own policies", () => {
  const good = { l1Sec: 11, l2Sec: 12, l3Sec: 13, repeatSec: 14 };

  it('decide, and cannot keep a call from being placed: the default stands in for them', async () => {
    const own = await startTestWardline({ escalationPolicy: OwnPolicies });
    try {
      const after = async (answer: () => Promise<unknown>) => {
        OwnPolicies.answer = answer;
        return policyOf('patient_normal', own);
      };
      expect(await after(() => Promise.resolve(good))).toMatchObject({ l1_sec: 11, repeat_sec: 14, presence_sec: 180 });
      const standard = { l1_sec: 90, l2_sec: 180, l3_sec: 300, repeat_sec: 60 };
      expect(await after(() => Promise.resolve({ ...good, repeatSec: 0 }))).toMatchObject(standard);
      expect(await after(() => Promise.resolve({ ...good, l2Sec: 5 }))).toMatchObject(standard);
      expect(await after(() => Promise.resolve({ ...good, l1Sec: 1.5 }))).toMatchObject(standard);
      expect(await after(() => Promise.resolve(undefined))).toMatchObject(standard);
      expect(await after(() => Promise.reject(new Error('no')))).toMatchObject(standard);
      expect(await after(() => new Promise(() => undefined))).toMatchObject(standard);
      // After the third failure of a minute it is not asked for a while.
      expect(own.log.filter((line) => line.includes('extension.failed'))).toHaveLength(3);
    } finally {
      await own.stop();
    }
  });
});
