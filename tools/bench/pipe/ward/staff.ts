import { randomBytes } from 'node:crypto';
import { SessionCookie, tokenHash } from '../../../../src/identity/sessions/session-cookie.js';
import { httpSettings } from '../../../../src/platform/config/settings/http.settings.js';
import type { BenchDatabase } from '../../append/bench-database.js';

/** Signs the sessions of a bench's people, so that they need not sign in one by one, with a password hash each. */
export const SESSION_SECRET = 'the-secret-of-all-sessions-of-this-bench-run';

const TOKEN_BYTES = 32;

/** Makes of a session's token what a client sends back. */
function signerOf(secure: boolean): (token: string) => string {
  const cookie = new SessionCookie(httpSettings.parse({ REQUIRE_WSS: String(secure) }), [SESSION_SECRET]);
  return (token) => cookie.issue(token).split(';', 1)[0] ?? '';
}

function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

export interface Hiring {
  readonly dept: string;
  readonly count: number;
  /** Cookies are named otherwise where TLS is required. */
  readonly secure: boolean;
}

/**
 * A department and its nurses, each with a session of their own. A server treats such a session like any other: it checks the
 * signature and looks up the row.
 * @returns their cookies
 */
export async function hireStaff(database: BenchDatabase, { dept, count, secure }: Hiring): Promise<string[]> {
  const signer = signerOf(secure);
  const tokens = Array.from({ length: count }, newToken);
  await database.query('INSERT INTO departments (id, name) VALUES ($1, $1) ON CONFLICT DO NOTHING', [dept]);
  await database.query(
    `WITH hired AS (
       INSERT INTO staff (id, username, name, role, password_hash)
       SELECT gen_random_uuid(), $1 || '-nurse-' || n, 'Somebody', 'nurse', '-' FROM generate_series(1, $2::int) n RETURNING id
     ), members AS (INSERT INTO memberships (staff_id, dept_id) SELECT id, $1 FROM hired)
     INSERT INTO sessions (id, token_hash, staff_id, expires_at)
     SELECT gen_random_uuid(), t.hash, h.id, app_now() + interval '1 day'
     FROM (SELECT id, row_number() OVER () AS n FROM hired) h JOIN unnest($3::bytea[]) WITH ORDINALITY AS t(hash, n) USING (n)`,
    [dept, count, tokens.map((token) => tokenHash(token))],
  );
  return tokens.map(signer);
}

export interface Crowd {
  /** One for each person; the n-th belongs to the n-th department, in turns. */
  readonly cookies: readonly string[];
  readonly departments: readonly string[];
}

/** Several departments, people spread over them evenly. */
export async function hireDepartments(
  database: BenchDatabase,
  { prefix, departments, count, secure }: { prefix: string; departments: number; count: number; secure: boolean },
): Promise<Crowd> {
  const names = Array.from({ length: departments }, (_, n) => `${prefix}-${String(n + 1)}`);
  const staffs: string[][] = [];
  for (const dept of names) staffs.push(await hireStaff(database, { dept, count: Math.ceil(count / departments), secure }));
  const cookies = Array.from({ length: count }, (_, n) => staffs[n % departments]?.[Math.floor(n / departments)] ?? '');
  return { cookies, departments: names };
}

/**
 * A person who may follow every department.
 * @returns the cookie
 */
export async function hireAdministrator(database: BenchDatabase, secure: boolean): Promise<string> {
  const token = newToken();
  await database.query(
    `WITH hired AS (
       INSERT INTO staff (id, username, name, role, password_hash) VALUES (gen_random_uuid(), 'bench-admin', 'Somebody', 'admin', '-') RETURNING id
     ) INSERT INTO sessions (id, token_hash, staff_id, expires_at) SELECT gen_random_uuid(), $1, id, app_now() + interval '1 day' FROM hired`,
    [tokenHash(token)],
  );
  return signerOf(secure)(token);
}
