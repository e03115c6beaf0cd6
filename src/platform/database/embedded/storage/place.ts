import { createHash } from 'node:crypto';
import { chmod, chown, lstat, mkdir, readlink, realpath, rmdir, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { chooseAccount, type Account } from '../support/account.js';
import { codeOf, EmbeddedPostgresError, messageOf } from '../support/embedded-postgres-error.js';
import { runCommand } from '../support/run-command.js';
import type { StepLog } from '../support/step-log.js';

/** The paths of one embedded server, and the account that it runs as. */
export interface Place {
  /** Real path of DATA_DIR. */
  readonly dataDir: string;
  /** Settings, log, lock, copies of binaries: Wardline's own; the server's account may only look. */
  readonly directory: string;
  /** The server's data directory; made by initdb. */
  readonly dataDirectory: string;
  /** For the socket, mode 0700, the server's own. */
  readonly runDirectory: string;
  /** True when `directory` is outside DATA_DIR, and DATA_DIR did not know of it before this start. */
  readonly newlyRelocated: boolean;
  /** The account that the server runs as; `undefined`: Wardline's own. */
  readonly account: Account | undefined;
}

/** Survives restarts and is open to every user, other than /root, home directories and /tmp. */
const DURABLE_ROOT = '/var/lib/wardline';
const PROBE_TIMEOUT_MS = 10_000;

/**
 * Finds or makes the place of the server of `dataDir`: `DATA_DIR/postgres`; or, when Wardline is root and the server's
 * account cannot work there, a directory under `/var/lib/wardline` to which `DATA_DIR/postgres` then is a link. May be
 * called by several processes at once: all come to the same place.
 *
 * @throws EmbeddedPostgresError `DATA_DIR_UNUSABLE`, or `UNSUPPORTED_PLATFORM` when root has no user to run the server as
 */
export async function preparePlace(dataDir: string, log: StepLog): Promise<Place> {
  try {
    const real = await makeDataDir(dataDir);
    const near = join(real, 'postgres');
    const link = await readlink(near).catch(() => undefined);
    if (link !== undefined) return await existingPlace(real, resolve(real, link), `${near} is a link to it`);

    const account = await chooseAccount(join(near, 'data'));
    const place = await makePlace(real, near, account);
    const obstacle = await whyUnreachable(place);
    if (obstacle === undefined) return place;
    if (account === undefined || (await exists(place.dataDirectory))) throw unreachable(place, obstacle);

    const far = join(DURABLE_ROOT, createHash('sha256').update(real).digest('hex').slice(0, 16));
    await mkdir(DURABLE_ROOT, { recursive: true, mode: 0o755 });
    const relocated = await makePlace(real, far, await chooseAccount(join(far, 'data')));
    const secondObstacle = await whyUnreachable(relocated);
    if (secondObstacle !== undefined) throw unreachable(relocated, secondObstacle);
    await leaveLink(near, far);
    log('embedded_postgres.relocated', { dataDir: real, place: far, account: account.name, because: obstacle });
    return { ...relocated, newlyRelocated: true };
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) throw error;
    const message = `The data directory ${dataDir} cannot be used: ${messageOf(error)}`;
    throw new EmbeddedPostgresError('DATA_DIR_UNUSABLE', message, { cause: error });
  }
}

async function makeDataDir(dataDir: string): Promise<string> {
  // Root's must let the server's account through to the part that is its own; others keep theirs to themselves.
  const mode = process.getuid?.() === 0 ? 0o711 : 0o700;
  const made = await mkdir(dataDir, { recursive: true, mode });
  if (made !== undefined) await chmod(dataDir, mode); // Independent of the umask.
  return realpath(dataDir);
}

async function existingPlace(dataDir: string, directory: string, because: string): Promise<Place> {
  if (!(await exists(directory))) {
    // Not the moment for a fresh database: this is also what a volume looks like that is not mounted.
    const message = `The database's directory ${directory} is missing (${because}): bring it back, or remove the link to start empty.`;
    throw new EmbeddedPostgresError('DATA_DIR_UNUSABLE', message);
  }
  const place = await makePlace(dataDir, directory, await chooseAccount(join(directory, 'data')));
  const obstacle = await whyUnreachable(place);
  if (obstacle !== undefined) throw unreachable(place, obstacle);
  return place;
}

async function makePlace(dataDir: string, directory: string, account: Account | undefined): Promise<Place> {
  await makeDirectory(directory, account === undefined ? 0o700 : 0o711);
  const runDirectory = join(directory, 'run');
  await makeDirectory(runDirectory, 0o700);
  // The directory above is root's alone, so nobody can put something else under this name meanwhile.
  if (account !== undefined) await chown(runDirectory, account.uid, account.gid);
  return { dataDir, directory, dataDirectory: join(directory, 'data'), runDirectory, newlyRelocated: false, account };
}

async function makeDirectory(path: string, mode: number): Promise<void> {
  try {
    await mkdir(path, { mode });
    await chmod(path, mode); // Independent of the umask.
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

/** Tried, not reasoned from mode bits: ACLs, mount options and security modules have their say as well. */
async function whyUnreachable({ runDirectory, account }: Place): Promise<string | undefined> {
  // A rival that has the lock empties the directory, and may take the probe with it.
  const script = 'cd "$1" && : > ".probe-$$" && rm -f ".probe-$$"';
  const outcome = await runCommand('/bin/sh', ['-c', script, 'sh', runDirectory], { account, timeoutMs: PROBE_TIMEOUT_MS });
  return outcome.succeeded ? undefined : outcome.problem;
}

function unreachable({ directory, account }: Place, obstacle: string): EmbeddedPostgresError {
  const who = account === undefined ? 'Wardline' : `the user "${account.name}", as whom the server runs,`;
  return new EmbeddedPostgresError('DATA_DIR_UNUSABLE', `${directory} is out of reach for ${who}: ${obstacle}`);
}

async function leaveLink(near: string, far: string): Promise<void> {
  // Both are empty, or already replaced by the link of a process that came at the same time.
  await rmdir(join(near, 'run')).catch(() => undefined);
  await rmdir(near).catch(() => undefined);
  await symlink(far, near).catch(async (error: unknown) => {
    if ((await readlink(near).catch(() => undefined)) !== far) throw error;
  });
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
