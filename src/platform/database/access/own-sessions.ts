import pg from 'pg';
import { ConfigError } from '../../config/config.js';
import { BoundedClient, openConnection } from '../bounded-client.js';
import { connectionOptions, SESSION_SETTINGS } from '../connection-options.js';

/** The limits that each connection sets besides the settings of its session. */
const LIMITS = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'] as const;
/** A statement that another session has prepared under the name, or that ours had prepared and is not there. */
const PREPARED_BY_ANOTHER = new Set(['42P05', '26000']);
const ADVICE = 'name the server itself, or a pool that keeps one session for each connection and passes its settings on';

/**
 * Makes sure that a connection is a session of its own, with the settings that it asked for. A pooler in transaction mode hands it to others between two
 * statements: locks, LISTEN and prepared statements get lost, and so do settings.
 * @param setting where the URL is from, for the message
 * @throws ConfigError with one line; any other error of the connection as it is
 */
export async function requireOwnSessions(setting: string, url: string): Promise<void> {
  const options = connectionOptions(url, 'check');
  const open: BoundedClient[] = [];
  try {
    for (let n = 0; n < 2; n++) open.push(await openConnection(options));
    const [one, other] = open as [BoundedClient, BoundedClient];
    const lost = (await lostSetting(one, options)) ?? ((await isShared(one, other)) ? 'a connection’s session' : undefined);
    if (lost !== undefined) throw new ConfigError([`${setting}: a pooler on the way to PostgreSQL does not keep ${lost}; ${ADVICE}`]);
  } catch (error) {
    // A pooler that knows no settings at all refuses them.
    if (error instanceof pg.DatabaseError && error.code === '08P01')
      throw new ConfigError([
        `${setting}: a pooler on the way to PostgreSQL refuses the settings of a connection (${error.message}); ${ADVICE}`,
      ]);
    throw error;
  } finally {
    await Promise.all(open.map((client) => client.end()));
  }
}

/** @returns the first setting that is not in force as asked for */
async function lostSetting(client: BoundedClient, options: pg.PoolConfig): Promise<string | undefined> {
  const wanted: [string, string][] = [
    ...LIMITS.map((name): [string, string] => [name, `${String(options[name])}ms`]),
    ...Object.entries(SESSION_SETTINGS),
  ];
  for (const [name, value] of wanted) {
    const { rows } = await client.query<{ kept: boolean; seen: string }>(
      'SELECT $2 = CASE WHEN unit IS NULL THEN setting ELSE setting || unit END AS kept, setting AS seen FROM pg_settings WHERE name = $1',
      [name, value],
    );
    const [row] = rows;
    if (row && !row.kept && !isSame(row.seen, value)) return name;
  }
  return undefined;
}

/** `ISO, MDY` is `ISO,MDY`. */
function isSame(seen: string, wanted: string): boolean {
  return seen.replaceAll(' ', '').toLowerCase() === wanted.replaceAll(' ', '').toLowerCase();
}

/** While the other one is in a transaction, a session that is ours is where it was, and nobody else is in it. */
async function isShared(one: BoundedClient, other: BoundedClient): Promise<boolean> {
  try {
    const before = await backendOf(one);
    await other.query('BEGIN');
    const beside = await backendOf(other);
    const after = await backendOf(one);
    await other.query('COMMIT');
    return before !== after || before === beside;
  } catch (error) {
    if (error instanceof pg.DatabaseError && PREPARED_BY_ANOTHER.has(error.code ?? '')) return true;
    throw error;
  }
}

async function backendOf(client: BoundedClient): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>({ name: 'backend_of_session', text: 'SELECT pg_backend_pid() AS pid' });
  return rows[0]?.pid;
}
