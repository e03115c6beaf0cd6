import { expect } from 'vitest';
import { type AnyFrame, asStation } from './clients/client.js';
import { type Member, Ward } from './ward.js';

/** A ward whose sessions outlive the days that a test lets pass. */
export function openForDays(): Promise<Ward> {
  return Ward.open({ SESSION_IDLE_SEC: '400000', SESSION_ABSOLUTE_SEC: '800000' });
}

/** Empties the ward, and sends three nurses on duty, queued in this order. The manager is connected. */
export async function sendPeople(ward: Ward): Promise<Record<'anna' | 'ben' | 'cleo' | 'manager', Member>> {
  await ward.empty();
  const [anna, ben, cleo] = (await ward.onDuty('icu', 'icu-nurse-1', 'icu-nurse-2', 'icu-nurse-3')) as [Member, Member, Member];
  const [manager] = (await ward.connected('icu-manager')) as [Member];
  return { anna, ben, cleo, manager };
}

/** A press that finds the call open. */
export async function pressAgain(ward: Ward, call: AnyFrame, station = call.station_id as string): Promise<AnyFrame> {
  const answer = await asStation(ward.wardline, station)('POST', '/calls', { type: call.type });
  expect(answer).toMatchObject({ status: 200, body: { id: call.id } });
  return answer.body;
}

/** The people whom the database asks now, whatever recipients show. */
export async function askedNow(ward: Ward, call: AnyFrame): Promise<string[]> {
  const rows = await ward.wardline.database.query<{ staff_id: string }>(
    'SELECT staff_id FROM annunciations WHERE call_id = $1 AND withdrawn_at IS NULL ORDER BY queued_at, staff_id',
    [call.id],
  );
  return rows.map((row) => row.staff_id);
}
