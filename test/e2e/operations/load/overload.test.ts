import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newStationKey, stationKeyHash } from '../../../../src/ward/stations/station-keys.js';
import { type Answer, asStation, request, type Session, signIn } from '../../../support/clients/client.js';
import { readLog } from '../../../support/clients/person.js';
import { eventually } from '../../../support/eventually.js';
import { parseMetrics } from '../../../support/checks/metrics.js';
import { startTestWardline, type TestWardline } from '../../../support/wardline.js';

/** Each has a room of its own, and is pressed once: a second press would repeat the call. */
const BUTTONS = 600;
const DEPARTMENTS = ['icu', 'med', 'surg'];
/** Each command begins with so long a statement, before it holds a lock. With 12 connections that makes 20 commands a second. */
const SLOW_SEC = 0.6;
/** Presses come more than twice as fast. */
const PACE_MS = 20;
/** So many refusals are an overload. */
const ENOUGH = 10;
const REPEATED_AT_A_TIME = 8;

/** A button, and the two commands of its call. */
interface Bed {
  readonly dept: string;
  readonly station: string;
  readonly pressKey: string;
  readonly acceptKey: string;
  press?: Answer;
  accept?: Answer;
}

let wardline: TestWardline;
/** A nurse of each department. */
let nurses: Session[];
const beds: Bed[] = Array.from({ length: BUTTONS }, (_, n) => ({
  dept: DEPARTMENTS[n % DEPARTMENTS.length]!,
  station: `full-${String(n)}-bed`,
  pressKey: randomUUID(),
  acceptKey: randomUUID(),
}));

beforeAll(async () => {
  wardline = await startTestWardline({ env: { REQUIRE_WSS: 'false' } });
  nurses = await Promise.all(DEPARTMENTS.map((dept) => signIn(wardline, `${dept}-nurse-1`)));
  for (const [n, dept] of DEPARTMENTS.entries()) expect((await nurses[n]!.post(`/departments/${dept}/shifts`)).status).toBeLessThan(300);
  const stations = beds.map(({ dept, station }) => ({ id: station, dept, kind: 'bedside', key: newStationKey() }));
  await wardline.database.query(
    `INSERT INTO rooms (id, dept_id, name) SELECT id || '-room', dept, 'Room' FROM unnest($1::text[], $2::text[]) AS t(id, dept)`,
    [stations.map(({ id }) => id), stations.map(({ dept }) => dept)],
  );
  await wardline.database.query(
    `INSERT INTO stations (id, room_id, kind, name, key_hash)
     SELECT id, id || '-room', 'bedside', 'Station', hash FROM unnest($1::text[], $2::bytea[]) AS t(id, hash)`,
    [stations.map(({ id }) => id), stations.map(({ key }) => stationKeyHash(key))],
  );
  wardline.firstRun.stations.push(...(stations as unknown as typeof wardline.firstRun.stations));
  await setSlowness(0);
  await wardline.database.query('CREATE TRIGGER slow BEFORE INSERT ON idempotency_keys FOR EACH STATEMENT EXECUTE FUNCTION be_slow()');
});
afterAll(() => wardline.stop());

/** The first statement of each command takes so long. */
async function setSlowness(seconds: number): Promise<void> {
  await wardline.database.query(
    `CREATE OR REPLACE FUNCTION be_slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(${String(seconds)}); RETURN NULL; END $$`,
  );
}

async function press(bed: Bed): Promise<void> {
  const answer = await asStation(wardline, bed.station)('POST', '/calls', { type: 'patient_normal' }, { 'idempotency-key': bed.pressKey });
  bed.press = answer;
}

async function accept(bed: Bed): Promise<void> {
  const nurse = nurses[DEPARTMENTS.indexOf(bed.dept)]!;
  bed.accept = await nurse.post(`/calls/${idOf(bed)}/accept`, {}, { 'idempotency-key': bed.acceptKey });
}

const idOf = ({ press: answer }: Bed) => answer?.body.id as string;
const isTaken = (answer?: Answer) => answer !== undefined && answer.status < 300;
const refusalsOf = (some: readonly Bed[]) =>
  some.flatMap(({ press: first, accept: second }) => [first, second]).filter((answer) => answer !== undefined && !isTaken(answer));
/** The others are transactions that the slow database gave up. */
const isOfOverload = (answer?: Answer) => answer?.body.error.message === 'others are waiting for the same, try again';
const shed = async () => parseMetrics((await request(wardline, 'GET', '/metrics')).body as string).value('wardline_requests_shed_total');
const warnings = () => wardline.log.filter((line) => line.includes('"event":"server.overloaded"'));

/** A machine that is slow has its database late for a probe now and then. */
const orNone = (answer: Answer) => (answer.status === 200 ? answer : undefined);

/** Presses a button each few milliseconds, and accepts each call that was placed, until enough was refused and other requests were answered meanwhile. */
async function overload(): Promise<{ used: Bed[]; others: Answer[] }> {
  const running: Promise<void>[] = [];
  let others: Answer[] | undefined;
  const askOthers = async () => {
    const ready = () => eventually(async () => orNone(await request(wardline, 'GET', '/readyz')), 'the readiness');
    others = await Promise.all([request(wardline, 'GET', '/livez'), ready(), nurses[0]!.get('/calls?dept=icu')]);
  };
  let asking: Promise<void> | undefined;
  const used: Bed[] = [];
  for (const bed of beds) {
    used.push(bed);
    running.push(press(bed).then(() => (isTaken(bed.press) ? accept(bed) : undefined)));
    if (refusalsOf(used).filter(isOfOverload).length >= ENOUGH) asking ??= askOthers();
    if (others) break;
    await sleep(PACE_MS);
  }
  await asking;
  await Promise.all(running);
  return { used, others: others ?? [] };
}

/** A few at a time, as a ward repeats them. */
async function repeat(some: readonly Bed[], command: (bed: Bed) => Promise<void>): Promise<void> {
  const left = [...some];
  const work = async () => {
    for (let bed = left.pop(); bed; bed = left.pop()) await command(bed);
  };
  await Promise.all(Array.from({ length: REPEATED_AT_A_TIME }, work));
}

/** How often each call has an event of the type. */
async function countEvents(type: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const [n, dept] of DEPARTMENTS.entries())
    for (const { type: one, data } of await readLog(nurses[n]!, dept))
      if (one === type) counts.set(data.call_id as string, (counts.get(data.call_id as string) ?? 0) + 1);
  return counts;
}
const once = (some: readonly Bed[]) => new Map(some.map((bed) => [idOf(bed), 1]));

it(
  'more than the database takes is refused before anything is written, and can be repeated when the load is over',
  { timeout: 180_000 },
  async () => {
    await setSlowness(SLOW_SEC);
    const { used, others } = await overload();
    await setSlowness(0);

    expect(others.map(({ status }) => status)).toEqual([200, 200, 200]);
    const refusals = refusalsOf(used);
    const waited = refusals.filter(isOfOverload);
    expect(waited.length).toBeGreaterThanOrEqual(ENOUGH);
    for (const refusal of refusals)
      expect(refusal).toMatchObject({
        status: 503,
        headers: { 'retry-after': '1' },
        body: { error: { code: 'UNAVAILABLE', retryable: true } },
      });
    expect(await shed()).toBe(waited.length);
    const times = warnings().map((line) => Date.parse((JSON.parse(line) as { timestamp: string }).timestamp));
    expect(times.length).toBeGreaterThan(0);
    expect(times.slice(1).filter((time, n) => time - (times[n] ?? 0) < 9900)).toEqual([]);

    const placed = used.filter((bed) => isTaken(bed.press));
    const accepted = used.filter((bed) => isTaken(bed.accept));
    const notPlaced = used.filter((bed) => !isTaken(bed.press));
    const notAccepted = placed.filter((bed) => !isTaken(bed.accept));
    expect(placed.length).toBeGreaterThan(0);
    expect(await countEvents('call.pending')).toEqual(once(placed));
    expect(await countEvents('call.accepted')).toEqual(once(accepted));
    const keys = [...notPlaced.map(({ pressKey }) => pressKey), ...notAccepted.map(({ acceptKey }) => acceptKey)];
    expect(await wardline.database.query('SELECT key FROM idempotency_keys WHERE key = ANY($1::uuid[])', [keys])).toEqual([]);
    expect(
      await wardline.database.query('SELECT id FROM calls WHERE station_id = ANY($1)', [notPlaced.map(({ station }) => station)]),
    ).toEqual([]);

    await repeat(notPlaced, press);
    expect(refusalsOf(notPlaced)).toEqual([]);
    await repeat([...notPlaced, ...notAccepted], accept);
    expect(refusalsOf(used)).toEqual([]);
    // Those that were taken get their first answer again.
    const first = placed[0]!;
    const answer = first.press;
    await press(first);
    expect(first.press?.body).toMatchObject({ id: answer?.body.id as string });
    expect(await countEvents('call.pending')).toEqual(once(used));
    expect(await countEvents('call.accepted')).toEqual(once(used));
    expect(await shed()).toBe(waited.length);
    expect(warnings()).toHaveLength(times.length);
  },
);
