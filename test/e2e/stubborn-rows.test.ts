import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AnyFrame } from '../support/client.js';
import { eventually } from '../support/person.js';
import { type Member, Ward } from '../support/ward.js';

const PRESENCE_SEC = 180;
const GRACE_SEC = 60;

let ward: Ward;
let anna: Member;
let ben: Member;

beforeAll(async () => {
  ward = await Ward.open({ CALL_PRESENCE_SEC: String(PRESENCE_SEC), NURSE_DISCONNECT_GRACE_SEC: String(GRACE_SEC) });
  await ward.wardline.database.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'broken'; END $$`);
});
afterAll(() => ward.stop());
beforeEach(async () => {
  await ward.empty();
  [anna, ben] = (await ward.onDuty('icu', 'icu-nurse-1', 'icu-nurse-2')) as [Member, Member];
});

/** Until the function returned is called, nobody can make this change. */
async function broken(table: 'calls' | 'staff_absences', condition: string): Promise<() => Promise<unknown>> {
  await ward.wardline.database.query(
    `CREATE TRIGGER broken BEFORE UPDATE ON ${table} FOR EACH ROW WHEN (${condition}) EXECUTE FUNCTION refuse()`,
  );
  return () => ward.wardline.database.query(`DROP TRIGGER broken ON ${table}`);
}

const pendingFor = (call: AnyFrame, reason: string) =>
  ward.event(
    (event) =>
      event.data.call_id === call.id && (event.type === 'call.pending' || event.type === 'call.escalated') && event.data.reason === reason,
    `${reason} of a call`,
  );

describe('work that fails again and again does not keep the other work that is due from its turn', () => {
  it('a call that nobody came to', async () => {
    const [stubborn, other] = [await ward.press(), await ward.press()];
    await anna.does('accept', stubborn);
    await ben.does('accept', other);
    const mend = await broken('calls', `OLD.id = '${stubborn.id as string}' AND OLD.state = 'accepted' AND NEW.state = 'pending'`);
    try {
      await ward.move(PRESENCE_SEC);
      await pendingFor(other, 'no_presence');
      expect(await ward.call(stubborn)).toMatchObject({ state: 'accepted' });
    } finally {
      await mend();
    }
    await pendingFor(stubborn, 'no_presence');
  });

  it('a call of a nurse who is lost', async () => {
    const stubborn = await ward.press();
    const other = await ward.press('technical_fault');
    await anna.does('accept', stubborn);
    await anna.does('accept', other);
    const mend = await broken('calls', `OLD.id = '${stubborn.id as string}' AND OLD.state = 'accepted' AND NEW.state = 'pending'`);
    try {
      await anna.disconnect();
      await ward.move(GRACE_SEC);
      await pendingFor(other, 'nurse_disconnected');
      expect(await ward.call(stubborn)).toMatchObject({ state: 'accepted' });
    } finally {
      await mend();
    }
    await pendingFor(stubborn, 'nurse_disconnected');
  });

  it('a nurse who is lost', async () => {
    const after = await ward.head();
    const offline = async () =>
      (await ward.log('icu', after)).filter((event) => event.type === 'nurse.offline').map((event) => event.data.staff_id as string);
    const isOffline = (nurse: Member) =>
      eventually(async () => ((await offline()).includes(nurse.id) ? true : undefined), `nurse.offline of ${nurse.name}`);
    const mend = await broken('staff_absences', `OLD.staff_id = '${anna.id}' AND NEW.handled_at IS NOT NULL`);
    try {
      await anna.disconnect();
      await ben.disconnect();
      await ward.move(GRACE_SEC);
      await isOffline(ben);
      expect(await offline()).toEqual([ben.id]);
    } finally {
      await mend();
    }
    await isOffline(anna);
  });
});
