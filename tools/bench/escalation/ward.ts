import type { BenchDatabase } from '../append/bench-database.js';

const DEPARTMENTS = 20;
const ROOMS = 50;
const NURSES = 10;
const ADMINS = 2;
/** In place of the nodes that hold the people's sockets; the bench keeps its heartbeat. */
const SCREENS = 'bench-screens';
const LEVEL_1_SEC = 90;
/** The calls that are open and not due meanwhile. */
const FAR_SEC = 7200;

export const WARD = { departments: DEPARTMENTS, nurses: DEPARTMENTS * NURSES, managers: DEPARTMENTS, administrators: ADMINS };

/** Departments, people on duty and connected, and the calls that are open and not due. */
export async function seedWard(database: BenchDatabase, openCalls: number): Promise<void> {
  const perDepartment = Math.ceil(openCalls / DEPARTMENTS);
  await database.query(`INSERT INTO departments (id, name) SELECT 'ward-' || d, 'Ward' FROM generate_series(1, ${String(DEPARTMENTS)}) d`);
  await database.query(
    `INSERT INTO rooms (id, dept_id, name) SELECT d.id || '-' || r, d.id, 'Room' FROM departments d, generate_series(1, ${String(ROOMS)}) r`,
  );
  await database.query(
    `INSERT INTO stations (id, room_id, kind, name, key_hash)
     SELECT id, room_id, 'bedside', 'Station', sha256(id::bytea)
     FROM (SELECT d.id || '-s' || s AS id, d.id || '-' || (1 + s % ${String(ROOMS)}) AS room_id FROM departments d, generate_series(1, $1) s) one`,
    [perDepartment],
  );
  await database.query(
    `INSERT INTO staff (id, username, name, role, password_hash)
     SELECT gen_random_uuid(), username, 'Somebody', role, '-' FROM (
       SELECT d.id || '-nurse-' || n AS username, 'nurse' AS role FROM departments d, generate_series(1, ${String(NURSES)}) n
       UNION ALL SELECT id || '-manager', 'manager' FROM departments
       UNION ALL SELECT 'admin-' || n, 'admin' FROM generate_series(1, ${String(ADMINS)}) n) one`,
  );
  await database.query(
    `INSERT INTO memberships (staff_id, dept_id) SELECT p.id, d.id FROM staff p JOIN departments d ON p.username ~ ('^' || d.id || '-(nurse|manager)')`,
  );
  await database.query(
    `INSERT INTO shifts (id, staff_id, dept_id, queue_position)
     SELECT gen_random_uuid(), m.staff_id, m.dept_id, row_number() OVER (PARTITION BY m.dept_id ORDER BY p.username)
     FROM memberships m JOIN staff p ON p.id = m.staff_id WHERE p.role = 'nurse'`,
  );
  // A shift without a session would be abandoned.
  await database.query(
    `INSERT INTO sessions (id, token_hash, staff_id, expires_at) SELECT gen_random_uuid(), sha256(id::text::bytea), id, app_now() + interval '1 day' FROM staff`,
  );
  await database.query(`UPDATE department_queue SET next_position = ${String(NURSES + 1)}`);
  await connectPeople(database);
  await placeCalls(database, { count: openCalls, firstStation: 1, dueInSec: FAR_SEC, spreadSec: FAR_SEC, levelSec: FAR_SEC });
  await database.query('VACUUM ANALYZE');
}

/** Gives everybody a live socket, as far as the rows go. Repeat it more often than SERVER_STALE_SEC. */
export async function connectPeople(database: BenchDatabase): Promise<void> {
  await database.query(`INSERT INTO nodes (server_id) VALUES ($1) ON CONFLICT (server_id) DO UPDATE SET heartbeat_at = app_now()`, [
    SCREENS,
  ]);
  await database.query(
    `INSERT INTO staff_connections (connection_id, server_id, staff_id) SELECT gen_random_uuid(), $1, p.id FROM staff p
     WHERE NOT EXISTS (SELECT FROM staff_connections c WHERE c.staff_id = p.id)`,
    [SCREENS],
  );
}

interface Placing {
  readonly count: number;
  /** Calls go to the stations from this one on, one department after another: neighbours in time are in different departments. */
  readonly firstStation: number;
  /** When the first of them falls due. */
  readonly dueInSec: number;
  /** Over how long they fall due, evenly. */
  readonly spreadSec: number;
  readonly levelSec: number;
}

async function placeCalls(database: BenchDatabase, { count, firstStation, dueInSec, spreadSec, levelSec }: Placing): Promise<string[]> {
  const rows = await database.query<{ id: string }>(
    `WITH placed AS (
       INSERT INTO calls (id, dept_id, room_id, station_id, type, state, priority, placed_at, l1_sec, l2_sec, l3_sec, repeat_sec, next_escalation_at)
       SELECT gen_random_uuid(), s.dept, s.room_id, s.id, 'patient_normal', 'pending', 0, s.due_at - make_interval(secs => $5::int),
         $5::int, $5::int * 2, $5::int * 3, 60, s.due_at
       FROM (SELECT 'ward-' || (1 + n % ${String(DEPARTMENTS)}) AS dept, t.id, t.room_id,
               app_now() + make_interval(secs => $3::float8 + $4::float8 * n / $1::float8) AS due_at
             FROM generate_series(0, $1::int - 1) n
             JOIN stations t ON t.id = 'ward-' || (1 + n % ${String(DEPARTMENTS)}) || '-s' || ($2::int + n / ${String(DEPARTMENTS)})) s
       RETURNING id, dept_id, placed_at
     ), asked AS (
       INSERT INTO annunciations (call_id, staff_id, role, queued_at, sent_at, received_at, reason)
       SELECT p.id, (SELECT h.staff_id FROM shifts h WHERE h.dept_id = p.dept_id ORDER BY md5(p.id::text || h.id) LIMIT 1),
         'nurse', p.placed_at, p.placed_at, p.placed_at, 'queue' FROM placed p
     ) SELECT id FROM placed`,
    [count, firstStation, dueInSec, spreadSec, levelSec],
  );
  if (rows.length !== count) throw new Error(`${String(rows.length)} calls placed instead of ${String(count)}`);
  return rows.map((row) => row.id);
}

/** Calls whose first level falls due over a while; they take the place of as many that were open. @returns their ids */
export async function placeDueCalls(database: BenchDatabase, count: number, dueInSec: number, spreadSec: number): Promise<string[]> {
  const stations = Math.ceil(count / DEPARTMENTS);
  await database.query(
    `UPDATE calls SET state = 'cancelled', cancelled_at = app_now(), next_escalation_at = NULL
     WHERE state = 'pending' AND substring(station_id FROM '-s(\\d+)$')::int <= $1::int`,
    [stations],
  );
  return placeCalls(database, { count, firstStation: 1, dueInSec, spreadSec, levelSec: LEVEL_1_SEC });
}

/** Calls that are over, years of them. */
export async function addClosedCalls(database: BenchDatabase, count: number): Promise<void> {
  const client = await database.connect();
  try {
    // The references are known to hold: checking them would take most of the time.
    await client.query("SET session_replication_role = 'replica'");
    await client.query(
      `INSERT INTO calls (id, dept_id, room_id, station_id, type, state, priority, placed_at, completed_at, l1_sec, l2_sec, l3_sec, repeat_sec)
       SELECT gen_random_uuid(), 'ward-' || (1 + n % ${String(DEPARTMENTS)}), 'ward-' || (1 + n % ${String(DEPARTMENTS)}) || '-1',
         'ward-' || (1 + n % ${String(DEPARTMENTS)}) || '-s1', 'patient_normal', 'completed', 0, app_now() - n * interval '30 s',
         app_now() - n * interval '30 s' + interval '5 min', 90, 180, 300, 60 FROM generate_series(1, $1::int) n`,
      [count],
    );
    await client.query('RESET session_replication_role');
    await client.query('VACUUM ANALYZE calls');
  } finally {
    await client.end();
  }
}
