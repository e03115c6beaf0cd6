import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { OWN_PASSWORDS, type Passwords } from '../../identity/sign-in/passwords.js';
import { writeWhole } from '../../platform/system/write-whole.js';
import { openConnection } from '../../platform/database/bounded-client.js';
import { connectionOptions } from '../../platform/database/connection-options.js';
import { DEMO_WISHES } from './demo-names.js';
import { type DemoHospital, firstRunFile, makeDemoHospital } from './demo-hospital.js';
import { stationKeyHash } from '../stations/station-keys.js';

const SEED_TIMEOUT_MS = 60_000;

interface SeedOptions {
  databaseUrl: string;
  dataDir: string;
  /** The address that Wardline will listen on, for the first-run file. */
  url: string;
  passwords: Passwords;
}

/**
 * Seeds the demo hospital when the database holds no person and no department, and writes its credentials to
 * `DATA_DIR/first-run.json` (mode 0600): before the commit, so that a hospital whose passwords nobody knows cannot come about.
 * @returns whether it was seeded
 */
export async function seedDemoHospital({ databaseUrl, dataDir, url, passwords }: SeedOptions): Promise<boolean> {
  const client = await openConnection({
    ...connectionOptions(databaseUrl, 'seed', SEED_TIMEOUT_MS),
    idle_in_transaction_session_timeout: SEED_TIMEOUT_MS,
  });
  try {
    await client.query('BEGIN');
    await client.query('LOCK TABLE staff, departments IN SHARE ROW EXCLUSIVE MODE');
    const { rows } = await client.query<{ empty: boolean }>(
      'SELECT NOT EXISTS (SELECT FROM staff) AND NOT EXISTS (SELECT FROM departments) AS empty',
    );
    if (!rows[0]?.empty) {
      await client.query('ROLLBACK');
      return false;
    }
    const hospital = makeDemoHospital();
    await insert(client, hospital, passwords);
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await writeWhole(join(dataDir, 'first-run.json'), `${JSON.stringify(firstRunFile(hospital, url), null, 2)}\n`, 0o600);
    await client.query('COMMIT');
    return true;
  } finally {
    await client.end();
  }
}

async function insert(client: pg.Client, hospital: DemoHospital, passwords: Passwords): Promise<void> {
  const { departments, rooms, beds, stations, staff } = hospital;
  const people = await Promise.all(staff.map(async (one) => ({ ...one, hash: await passwords.hash(OWN_PASSWORDS, one.password) })));
  await client.query('UPDATE facility SET name = $1, languages = $2', [hospital.name, hospital.languages]);
  await insertRows(
    client,
    'call_types (id, rank, dispatch, cancel_policy, station_kinds, labels)',
    DEMO_WISHES.map(({ id, labels }) => [id, 0, 'assigned', 'on_duty_or_station', ['bedside'], labels]),
  );
  await insertRows(
    client,
    'departments (id, name)',
    departments.map((d) => [d.id, d.name]),
  );
  await insertRows(
    client,
    'rooms (id, dept_id, name)',
    rooms.map((r) => [r.id, r.dept, r.name]),
  );
  await insertRows(
    client,
    'beds (id, room_id, name)',
    beds.map((b) => [b.id, b.roomId, b.name]),
  );
  const stationRows = stations.map((s) => [s.id, s.roomId, s.bedId, s.kind, s.name, stationKeyHash(s.key)]);
  await insertRows(client, 'stations (id, room_id, bed_id, kind, name, key_hash)', stationRows);
  await insertRows(
    client,
    'staff (id, username, name, role, password_hash, language)',
    people.map((p) => [p.id, p.username, p.name, p.role, p.hash, p.language]),
  );
  await insertRows(
    client,
    'memberships (staff_id, dept_id)',
    people.flatMap((p) => p.departments.map((dept) => [p.id, dept])),
  );
}

/** @param target table and columns, from this file only */
async function insertRows(client: pg.Client, target: string, rows: readonly (readonly unknown[])[]): Promise<void> {
  let parameter = 0;
  const places = rows.map((row) => `(${row.map(() => `$${String(++parameter)}`).join(', ')})`);
  await client.query(`INSERT INTO ${target} VALUES ${places.join(', ')}`, rows.flat());
}
