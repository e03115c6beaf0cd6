import pg from 'pg';
import type { DatabasePasswords } from './database-passwords.js';

/** The bootstrap superuser. Nothing of Wardline's daily work runs as it. */
export const SUPERUSER = 'postgres';
/** Owns the database; runs the migrations. */
export const OWNER = 'wardline_owner';
/** The role that Wardline serves requests with; the migrations grant what it needs. */
export const APPLICATION = 'wardline_app';
export const DATABASE = 'wardline';

/** Stated in full each time, so that a right once given by hand does not stay. */
const ATTRIBUTES = 'LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS INHERIT';

/**
 * Brings roles, passwords and the database to what they should be, from whatever state an interruption left them in.
 * To be repeated at each start.
 *
 * @param client  connected as the superuser to the database `postgres`
 */
export async function ensureRolesAndDatabase(client: pg.Client, passwords: DatabasePasswords): Promise<void> {
  const present = await client.query<{ name: string }>(
    'SELECT rolname AS name FROM pg_roles WHERE rolname = ANY($1) UNION ALL SELECT datname FROM pg_database WHERE datname = $2',
    [[OWNER, APPLICATION], DATABASE],
  );
  const missing = (name: string): boolean => !present.rows.some((row) => row.name === name);

  await client.query('BEGIN');
  for (const [role, password] of [
    [OWNER, passwords.owner],
    [APPLICATION, passwords.application],
  ] as const) {
    const verb = missing(role) ? 'CREATE' : 'ALTER';
    await client.query(`${verb} ROLE ${role} ${ATTRIBUTES} PASSWORD ${client.escapeLiteral(password)}`);
  }
  await client.query('COMMIT');

  // Takes no transaction around it, but leaves nothing half-done either.
  if (missing(DATABASE)) await client.query(`CREATE DATABASE ${DATABASE} OWNER ${OWNER}`);

  // By default everybody may connect anywhere and make temporary tables.
  await client.query('BEGIN');
  await client.query(`REVOKE ALL ON DATABASE postgres, template1, ${DATABASE} FROM PUBLIC`);
  await client.query(`GRANT CONNECT ON DATABASE ${DATABASE} TO ${APPLICATION}`);
  await client.query('COMMIT');
}
