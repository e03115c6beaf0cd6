import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AnyFrame, asStation, request, signIn } from '../../../support/clients/client.js';
import { parseMetrics } from '../../../support/checks/metrics.js';
import { closeAllCalls, logOf, Person } from '../../../support/clients/person.js';
import { startTestWardline, type TestWardline } from '../../../support/wardline.js';
import { eventually } from '../../../support/eventually.js';

const HOUR = 3600;
let first: TestWardline;
let second: TestWardline;
let nurse: Person;

beforeAll(async () => {
  first = await startTestWardline();
  second = await startTestWardline({ sharedWith: first });
  nurse = await Person.come(first, 'icu-nurse-1');
  await nurse.startShift('icu');
  const other = await Person.come(second, 'icu-nurse-2');
  await other.startShift('icu');
});
afterAll(async () => {
  await second.stop();
  await first.stop();
});

const clockOf = async (target: TestWardline) =>
  (await request(target, 'GET', '/healthz')).body as { status: string; clock: { status: string } };

async function untilClock(status: 'up' | 'down'): Promise<void> {
  for (const node of [first, second])
    await eventually(async () => ((await clockOf(node)).clock.status === status ? true : undefined), `clock ${status}`);
}

/** Seconds until the column's time; undefined where there is none. */
async function secondsUntil(table: string, column: string, where: string): Promise<number | undefined> {
  const [row] = await first.database.query<{ seconds: number | null }>(
    `SELECT extract(epoch FROM ${column} - app_now())::float8 AS seconds FROM ${table} WHERE ${where}`,
  );
  return row?.seconds ?? undefined;
}

async function untilWithin(table: string, column: string, where: string, most: number): Promise<void> {
  await eventually(
    async () => {
      const seconds = await secondsUntil(table, column, where);
      return seconds !== undefined && seconds <= most ? true : undefined;
    },
    `${table}.${column} within ${String(most)} s`,
  );
}

/** The log lines of the nodes about deadlines that they set. */
const resets = (subject = '') =>
  [first, second].flatMap(({ log }) => log.filter((line) => line.includes('"event":"clock.deadlines_reset"') && line.includes(subject)));

const levels = async (id: string) =>
  (await logOf(nurse.session, 'icu', id)).filter(({ type }) => type === 'call.escalated').map(({ data }) => data.level as number);

describe('the database’s time', () => {
  it('goes back an hour: the clock is red, every deadline is its own length away, and the call climbs', async () => {
    await untilClock('up');
    const call = await asStation(first, 'icu-101-bed')('POST', '/calls', { type: 'patient_normal' });
    const accepted = await asStation(first, 'icu-102-bed')('POST', '/calls', { type: 'patient_normal' });
    expect((await nurse.command('HTTP', 'accept', accepted.body.id as string)).ok).toBe(true);
    const manager = await signIn(first, 'icu-manager');
    const until = new Date(Date.now() + 1800_000).toISOString();
    const staffId = (await signIn(first, 'icu-nurse-3')).user.id;
    const excluded = await manager.post('/departments/icu/exclusions', { staff_id: staffId, until, reason: 'training' });
    expect(excluded.status).toBeLessThan(300);
    // Gone, and already out of the queue.
    await first.database.query(
      `INSERT INTO staff_absences (staff_id, since, handled_at) VALUES ($1, app_now(), app_now()) ON CONFLICT (staff_id) DO UPDATE SET handled_at = app_now()`,
      [staffId],
    );
    await first.database.query('UPDATE ward_watch SET receipts_since = app_now()');
    await first.database.moveClock(-HOUR);
    await untilClock('down');
    expect(await clockOf(first)).toMatchObject({ status: 'degraded', clock: { status: 'down' } });
    expect(parseMetrics((await request(second, 'GET', '/metrics')).body as string).value('wardline_clock_ok')).toBe(0);
    expect((await request(first, 'GET', '/readyz')).status).toBe(200);
    await untilWithin('calls', 'next_escalation_at', `id = '${call.body.id as string}'`, 90);
    await untilWithin('calls', 'presence_due_at', `id = '${accepted.body.id as string}'`, 180);
    await untilWithin('exclusions', 'until', 'ended_at IS NULL', 1800);
    await untilWithin('annunciations', 'max(coalesce(receipt_from, queued_at))', `call_id = '${call.body.id as string}' HAVING true`, 0);
    await untilWithin('ward_watch', 'receipts_since', 'true', 0);
    await untilWithin('staff_absences', 'since', `staff_id = '${staffId}'`, 0);
    for (const subject of ['ladders', 'timers', 'receipts', 'exclusions']) {
      await eventually(() => (resets(subject).length > 0 ? true : undefined), `the reset of ${subject} in the log`);
    }
    // Once: a second later nothing is set again.
    const [set] = await first.database.query('SELECT next_escalation_at FROM calls WHERE id = $1', [call.body.id]);
    const count = resets('ladders').length;
    await eventually(
      async () => ((await secondsUntil('calls', 'next_escalation_at', `id = '${call.body.id as string}'`))! < 88 ? true : undefined),
      'two seconds',
    );
    expect(await first.database.query('SELECT next_escalation_at FROM calls WHERE id = $1', [call.body.id])).toEqual([set]);
    expect(resets('ladders')).toHaveLength(count);
    await first.database.moveClock(91);
    await eventually(async () => ((await levels(call.body.id as string)).includes(1) ? true : undefined), 'level 1');
    await first.database.moveClock(90);
    await eventually(async () => ((await levels(call.body.id as string)).includes(2) ? true : undefined), 'level 2');
    // The manager has no connection, so that level 2 passes on at once. A slow run may see level 3 repeated already.
    await eventually(async () => ((await levels(call.body.id as string)).includes(3) ? true : undefined), 'level 3');
    expect([...new Set(await levels(call.body.id as string))]).toEqual([1, 2, 3]);
    expect((await levels(call.body.id as string)).filter((level) => level < 3)).toEqual([1, 2]);
    expect(resets('ladders')).toHaveLength(1);
  });

  it('is right again: the clock is green; a jump forwards duplicates no level, and its taking back keeps the repeats going', async () => {
    await first.database.moveClock(HOUR);
    await untilClock('up');
    // Once what fell due by it has been handled.
    await eventually(async () => ((await clockOf(first)).status === 'ok' ? true : undefined), 'health');
    await closeAllCalls(await signIn(first, 'admin'));
    const call = await asStation(first, 'icu-103-bed')('POST', '/calls', { type: 'patient_normal' });
    const id = call.body.id as string;
    // Nobody may have been there, so that it was at level 3 before the jump: the repeat after it counts.
    const climbs = async () => (await logOf(nurse.session, 'icu', id)).filter(({ type }) => type === 'call.escalated');
    const placed = Date.parse(call.body.placed_at as string);
    await first.database.moveClock(HOUR);
    const isLater = ({ time, data }: AnyFrame) => data.level === 3 && Date.parse(time as string) - placed > HOUR * 500;
    await eventually(async () => ((await climbs()).some(isLater) ? true : undefined), 'level 3 after the jump');
    await untilClock('up');
    const climbed = await levels(id);
    expect(climbed.filter((level) => level < 3)).toEqual([1, 2]);
    await first.database.moveClock(-HOUR);
    await untilClock('down');
    await untilWithin('calls', 'next_escalation_at', `id = '${id}'`, 60);
    const count = (await levels(id)).length;
    await first.database.moveClock(61);
    await eventually(async () => ((await levels(id)).length > count ? true : undefined), 'another repeat');
    expect((await levels(id)).filter((level) => level < 3)).toEqual([1, 2]);
  });
});
