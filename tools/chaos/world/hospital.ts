import { randomUUID } from 'node:crypto';
import { OWN_PASSWORDS, Passwords } from '../../../src/identity/sign-in/passwords.js';
import { newStationKey, stationKeyHash } from '../../../src/ward/stations/station-keys.js';
import type { ChaosDatabase } from './database.js';

const DEPARTMENTS = 3;
const STATIONS = 6;
const NURSES = 4;
/** Each station may raise all of these, whatever its kind. */
export const PRESSED_TYPES = ['patient_normal', 'service_request', 'bed_exit', 'bath_emergency', 'staff_assist'] as const;
/**
 * Screens that nobody works at: one on a socket, one by long poll, and one whose client stops reading. The people of the last two are on
 * duty: the screen of one acknowledges nothing, that of the other only what it had at first.
 */
export const SCREENS = ['board', 'poller', 'deaf', 'mute', 'stale'] as const;
/** People on duty who answer nothing. */
export const UNHEARING: ReadonlySet<Screen | undefined> = new Set<Screen | undefined>(['mute', 'stale']);
export type Screen = (typeof SCREENS)[number];
/** One for all: what is tried here is not the sign-in. */
const PASSWORD = randomUUID();

export interface ChaosStation {
  readonly id: string;
  readonly key: string;
}

export interface Employee {
  readonly username: string;
  readonly password: string;
  readonly role: 'nurse' | 'manager' | 'admin';
  readonly dept: string | undefined;
  /** The kind of a screen that nobody works at. */
  readonly screen: Screen | undefined;
}

export interface Hospital {
  readonly departments: readonly string[];
  readonly stations: readonly ChaosStation[];
  readonly staff: readonly Employee[];
}

/** Small departments, so that their people and their calls meet often. */
export async function furnish(database: Pick<ChaosDatabase, 'query'>): Promise<Hospital> {
  const departments = Array.from({ length: DEPARTMENTS }, (_, n) => `ward-${String(n + 1)}`);
  const stations = departments.flatMap((dept) =>
    Array.from({ length: STATIONS }, (_, n) => ({ id: `${dept}-s${String(n + 1)}`, dept, key: newStationKey() })),
  );
  const employees = (dept: string) => [
    ...Array.from({ length: NURSES }, (_, n) => ({
      username: `${dept}-nurse-${String(n + 1)}`,
      role: 'nurse' as const,
      screen: undefined,
    })),
    { username: `${dept}-manager`, role: 'manager' as const, screen: undefined },
    ...SCREENS.map((screen) => ({ username: `${dept}-${screen}`, role: 'nurse' as const, screen })),
  ];
  const staff: Employee[] = [
    ...departments.flatMap((dept) => employees(dept).map((one) => ({ ...one, dept }))),
    { username: 'admin', role: 'admin' as const, dept: undefined, screen: undefined },
  ].map((one) => ({ ...one, password: PASSWORD }));
  const hash = await new Passwords().hash(OWN_PASSWORDS, PASSWORD);
  await database.query('INSERT INTO departments (id, name) SELECT id, id FROM unnest($1::text[]) id', [departments]);
  await database.query(`INSERT INTO rooms (id, dept_id, name) SELECT id || '-room', id, 'Room' FROM departments`);
  await database.query(
    `INSERT INTO stations (id, room_id, kind, name, key_hash, types) SELECT id, dept || '-room', 'bedside', id, hash, $4
     FROM unnest($1::text[], $2::text[], $3::bytea[]) AS s (id, dept, hash)`,
    [stations.map((s) => s.id), stations.map((s) => s.dept), stations.map((s) => stationKeyHash(s.key)), PRESSED_TYPES],
  );
  await database.query(
    `WITH people AS (
       INSERT INTO staff (id, username, name, role, password_hash) SELECT gen_random_uuid(), username, username, role, $4
       FROM unnest($1::text[], $2::text[]) AS s (username, role) RETURNING id, username)
     INSERT INTO memberships (staff_id, dept_id) SELECT p.id, s.dept FROM people p
     JOIN unnest($1::text[], $3::text[]) AS s (username, dept) USING (username) WHERE s.dept IS NOT NULL`,
    [staff.map((s) => s.username), staff.map((s) => s.role), staff.map((s) => s.dept ?? null), hash],
  );
  return { departments, stations, staff };
}
