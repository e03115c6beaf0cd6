import { readFile, stat } from 'node:fs/promises';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';

/** The unprivileged user that the server runs as when Wardline is root. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const PREFERRED_NAMES = ['postgres', 'nobody'];

/**
 * Picks the user for the server's processes. PostgreSQL refuses to run as root, and initdb refuses a uid that
 * `/etc/passwd` does not know.
 *
 * Data that exist decide: the server insists on owning them, so a `postgres` user who appears on the machine later must
 * not change who runs it.
 *
 * @param dataDirectory  the server's data directory, which need not exist yet
 * @returns the account, or `undefined` when Wardline is not root and the server simply runs as the same user
 * @throws EmbeddedPostgresError `UNSUPPORTED_PLATFORM` when Wardline is root and no such user exists
 */
export async function chooseAccount(dataDirectory: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const known = await readAccounts();

  const owner = await stat(dataDirectory).catch(() => undefined);
  if (owner !== undefined && owner.uid !== 0) {
    const account = known.find(({ uid }) => uid === owner.uid);
    return account ?? { name: `uid ${String(owner.uid)}`, uid: owner.uid, gid: owner.gid };
  }

  for (const name of PREFERRED_NAMES) {
    const account = known.find((candidate) => candidate.name === name && candidate.uid !== 0);
    if (account !== undefined) return account;
  }
  throw new EmbeddedPostgresError(
    'UNSUPPORTED_PLATFORM',
    'The embedded PostgreSQL does not run as root, and there is no user "postgres" or "nobody" to run it: ' +
      'start Wardline as an ordinary user, or set DATABASE_URL to a PostgreSQL 15 or newer.',
  );
}

async function readAccounts(): Promise<Account[]> {
  const text = await readFile('/etc/passwd', 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    if (name === undefined || !/^\d+$/.test(uid ?? '') || !/^\d+$/.test(gid ?? '')) return [];
    return [{ name, uid: Number(uid), gid: Number(gid) }];
  });
}
