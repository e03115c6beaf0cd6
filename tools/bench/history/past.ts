import type pg from 'pg';
import type { BenchDatabase } from '../append/bench-database.js';
import { makeCallData } from '../peers/event.js';
import { batches } from './batches.js';

/** The department that is measured. The calls are of all departments, the events are its own. */
export const DEPT = 'ward-1';
const DEPARTMENTS = 20;
const NURSES = 5;
/** Between two presses of the hospital: 144 calls a day in each department. */
const EVERY_SEC = 30;
const SHIFT_SEC = 28_800;
const CALLS_AT_ONCE = 50_000;
const EVENTS_AT_ONCE = 5000;

export interface Past {
  readonly calls: number;
  readonly events: number;
}

/** Years of a hospital: closed calls with their askings and acceptances, ended shifts, and a department's log. */
export async function fillPast(database: BenchDatabase, { calls, events }: Past, say: (line: string) => void): Promise<void> {
  await furnishPast(database);
  const client = await database.connect();
  try {
    await addShifts(client, calls);
    await addCalls(client, calls, say);
    await appendEvents(client, events, say);
    await client.query('VACUUM ANALYZE');
    // One that came due by itself would fall into the measurement.
    await client.query('CHECKPOINT');
  } finally {
    await client.end();
  }
}

async function furnishPast(database: BenchDatabase): Promise<void> {
  const departments = `FROM generate_series(1, ${String(DEPARTMENTS)}) d`;
  await database.query(`INSERT INTO departments (id, name) SELECT 'ward-' || d, 'Ward' ${departments}`);
  await database.query(`INSERT INTO rooms (id, dept_id, name) SELECT 'ward-' || d || '-past', 'ward-' || d, 'Room' ${departments}`);
  await database.query(
    `INSERT INTO stations (id, room_id, kind, name, key_hash)
     SELECT 'ward-' || d || '-past', 'ward-' || d || '-past', 'bedside', 'Station', sha256(('ward-' || d)::bytea) ${departments}`,
  );
  await database.query(
    `INSERT INTO staff (id, username, name, role, password_hash)
     SELECT md5(d || '-' || n)::uuid, 'past-' || d || '-' || n, 'Somebody', 'nurse', '-' ${departments}, generate_series(0, ${String(NURSES - 1)}) n`,
  );
}

/** One nurse after another is on duty, for as long as the calls go back. */
async function addShifts(client: pg.Client, calls: number): Promise<void> {
  await client.query(
    `INSERT INTO shifts (id, staff_id, dept_id, started_at, ended_at, end_reason)
     SELECT gen_random_uuid(), md5('1-' || n % ${String(NURSES)})::uuid, $1, app_now() - (n + 1) * make_interval(secs => $3),
       app_now() - n * make_interval(secs => $3), 'ended' FROM generate_series(0, $2::int) n`,
    [DEPT, Math.floor((calls * EVERY_SEC) / SHIFT_SEC), SHIFT_SEC],
  );
}

async function addCalls(client: pg.Client, calls: number, say: (line: string) => void): Promise<void> {
  // The references are known to hold: checking them would take most of the time. Nobody is to be told of these calls.
  await client.query("SET session_replication_role = 'replica'");
  for (const { from, to } of batches(calls, CALLS_AT_ONCE)) {
    await client.query(
      `WITH past AS (
         INSERT INTO calls (id, dept_id, room_id, station_id, type, state, priority, placed_at, annunciated_at, accepted_at, accepted_by, present_at,
           present_by, completed_at, closed_by, l1_sec, l2_sec, l3_sec, repeat_sec)
         SELECT gen_random_uuid(), p.dept, p.dept || '-past', p.dept || '-past', 'patient_normal', 'completed', 0, p.at, p.at + interval '1 s',
           p.at + make_interval(secs => 5 + p.n % 60), p.nurse, p.at + make_interval(secs => 30 + p.n % 120), 'staff:' || p.nurse,
           p.at + make_interval(secs => 200 + p.n % 300), 'staff:' || p.nurse, 90, 180, 300, 60
         FROM (SELECT n, 'ward-' || (1 + n % ${String(DEPARTMENTS)}) AS dept,
                 md5((1 + n % ${String(DEPARTMENTS)}) || '-' || n / ${String(DEPARTMENTS)} % ${String(NURSES)})::uuid AS nurse,
                 app_now() - interval '10 min' - n * make_interval(secs => ${String(EVERY_SEC)}) AS at
               FROM generate_series($1::int, $2::int) n) p
         RETURNING id, dept_id, placed_at, accepted_at, accepted_by
       ), asked AS (
         INSERT INTO annunciations (call_id, staff_id, role, reason, queued_at, sent_at, received_at, accepted_at)
         SELECT id, accepted_by, 'nurse', 'queue', placed_at, placed_at, placed_at + interval '1 s', accepted_at FROM past
       ) INSERT INTO call_acceptances (call_id, dept_id, placed_at, accepted_at, staff_id)
         SELECT id, dept_id, placed_at, accepted_at, accepted_by FROM past`,
      [from, to],
    );
    say(`${String(to)} of ${String(calls)} closed calls`);
  }
  await client.query('RESET session_replication_role');
}

/** Through the log's own function, as everything: numbers and hashes are those of a log. */
async function appendEvents(client: pg.Client, events: number, say: (line: string) => void): Promise<void> {
  const payload = JSON.stringify(makeCallData('01933d6e-7a1c-7b3a-9f00-00000000ca11'));
  for (const { from, to } of batches(events, EVENTS_AT_ONCE)) {
    await client.query(
      `SELECT count(*) FROM append_events((
         SELECT jsonb_agg(jsonb_build_object('dept', $1::text, 'id', gen_random_uuid(), 'type', 'call.pending', 'payload', $2::jsonb,
           'call_id', md5((n / 3)::text)::uuid, 'actor_id', 'station:past')) FROM generate_series($3::int, $4::int) n))`,
      [DEPT, payload, from, to],
    );
    if (to % 50_000 === 0 || to === events) say(`${String(to)} of ${String(events)} events`);
  }
}
