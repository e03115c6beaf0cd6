import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AnyFrame } from '../../../support/clients/client.js';
import { type Member, Ward } from '../../../support/ward.js';
import { eventually } from '../../../support/eventually.js';

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
async function broken(table: string, condition: string, change: 'UPDATE' | 'DELETE' = 'UPDATE'): Promise<() => Promise<unknown>> {
  await ward.wardline.database.query(
    `CREATE TRIGGER broken BEFORE ${change} ON ${table} FOR EACH ROW WHEN (${condition}) EXECUTE FUNCTION refuse()`,
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

  it('a node that died', async () => {
    const isKnown = (node: string) =>
      ward.wardline.database.query('SELECT FROM nodes WHERE server_id = $1', [node]).then((rows) => rows.length > 0);
    const isGone = (node: string) => eventually(async () => ((await isKnown(node)) ? undefined : true), `the end of ${node}`);
    const mend = await broken('nodes', `OLD.server_id = 'stubborn'`, 'DELETE');
    try {
      await ward.wardline.database.query(
        `INSERT INTO nodes (server_id, heartbeat_at) SELECT name, now() - interval '10 days' + n * interval '1 hour' FROM unnest(ARRAY['stubborn', 'other']) WITH ORDINALITY t(name, n)`,
      );
      await isGone('other');
      expect(await isKnown('stubborn')).toBe(true);
    } finally {
      await mend();
    }
    await isGone('stubborn');
  });

  it('a shift that nobody signed in is left of', async () => {
    const onDuty = async () =>
      (await ward.wardline.database.query<{ staff_id: string }>('SELECT staff_id FROM shifts WHERE ended_at IS NULL ORDER BY id')).map(
        (shift) => shift.staff_id,
      );
    const isOff = (nurse: Member) =>
      eventually(async () => ((await onDuty()).includes(nurse.id) ? undefined : true), `the end of ${nurse.name}’s shift`);
    expect(await onDuty()).toEqual([anna.id, ben.id]);
    const mend = await broken('shifts', `OLD.staff_id = '${anna.id}' AND NEW.ended_at IS NOT NULL`);
    try {
      await ward.wardline.database.query('UPDATE sessions SET ended_at = app_now() WHERE staff_id = ANY ($1)', [[anna.id, ben.id]]);
      await isOff(ben);
      expect(await onDuty()).toEqual([anna.id]);
    } finally {
      await mend();
    }
    await isOff(anna);
  });
});
