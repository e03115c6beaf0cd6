import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Binaries } from '../binaries/binaries.js';
import { codeOf, EmbeddedPostgresError } from '../support/embedded-postgres-error.js';
import { removeServerTree, syncDirectory } from '../support/files.js';
import type { Place } from './place.js';
import { SUPERUSER } from './roles.js';
import type { ServerLog } from '../support/server-log.js';
import { ServerProcess } from '../process/server-process.js';
import type { StepLog } from '../support/step-log.js';
import { settlesWithin } from '../support/until.js';

/** An initdb takes about a second; this is for a machine at its limits. */
const INITDB_TIMEOUT_MS = 180_000;
const UNFINISHED = /^(data|initdb-password)\.new-/;

/** True when there are data that a server of this major version can open. */
export async function hasCluster(place: Place, majorVersion: number): Promise<boolean> {
  const { dataDirectory } = place;
  const version = (await readFile(join(dataDirectory, 'PG_VERSION'), 'utf8').catch(ifMissing(''))).trim();
  if (version === '') {
    // An empty directory may be a mount point or a leftover; anything else is not ours to write into.
    const names = await readdir(dataDirectory).catch(ifMissing([]));
    if (names.length === 0) return false;
    const message = `${dataDirectory} holds something that is not a PostgreSQL data directory: move it away, or restore it whole.`;
    throw new EmbeddedPostgresError('DATA_DIR_UNUSABLE', message);
  }
  if (version === String(majorVersion)) return true;
  throw new EmbeddedPostgresError(
    'WRONG_MAJOR_VERSION',
    `The data in ${dataDirectory} were written by PostgreSQL ${version}, and this Wardline brings ${String(majorVersion)}: ` +
      `dump them with PostgreSQL ${version} and restore the dump, or run that version and name it in DATABASE_URL.`,
  );
}

/**
 * Makes the data directory. initdb works under another name and on its own files only; the directory gets its name when
 * it is complete and on disk, so an interruption leaves nothing that looks like data.
 *
 * @throws EmbeddedPostgresError `INIT_FAILED` with the last lines of initdb
 */
export async function createCluster(place: Place, binaries: Binaries, password: string, serverLog: ServerLog, log: StepLog): Promise<void> {
  const startedMs = performance.now();
  const suffix = `new-${randomBytes(4).toString('hex')}`;
  const unfinished = join(place.directory, `data.${suffix}`);
  const passwordFile = join(place.directory, `initdb-password.${suffix}`);
  try {
    await mkdir(unfinished, { mode: 0o700 });
    await writeFile(passwordFile, password, { mode: 0o600 });
    await chmod(unfinished, 0o700);
    if (place.account !== undefined) {
      await chown(unfinished, place.account.uid, place.account.gid);
      await chown(passwordFile, place.account.uid, place.account.gid);
    }
    await runInitdb(place, binaries.initdb, initdbArguments(unfinished, passwordFile), serverLog, log);
    await rmdir(place.dataDirectory).catch(() => undefined); // An empty one, as hasCluster has seen.
    await rename(unfinished, place.dataDirectory);
    await syncDirectory(place.directory);
  } finally {
    await rm(passwordFile, { force: true });
  }
  log('embedded_postgres.initialised', { place: place.directory, ms: Math.round(performance.now() - startedMs) });
}

/** Removes what an interrupted {@link createCluster} left behind. */
export async function removeUnfinished(place: Place): Promise<void> {
  for (const name of await readdir(place.directory)) {
    if (!UNFINISHED.test(name)) continue;
    if (name.startsWith('data.')) await removeServerTree(join(place.directory, name), place.account);
    else await rm(join(place.directory, name), { force: true });
  }
}

function initdbArguments(directory: string, passwordFile: string): string[] {
  return [
    ...['-D', directory, '-U', SUPERUSER, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--data-checksums'],
    // Sorted by code point and classified by Unicode, from PostgreSQL's own tables: the operating system's locales differ
    // from host to host, and an update of them can silently break the order of an index.
    ...['-E', 'UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
  ];
}

async function runInitdb(place: Place, file: string, args: string[], serverLog: ServerLog, log: StepLog): Promise<void> {
  const initdb = await ServerProcess.launch(file, args, place.account, serverLog, log);
  if (!(await settlesWithin(initdb.ended, INITDB_TIMEOUT_MS))) await initdb.stop();
  const how = await initdb.ended;
  if (how === 'exit status 0') return;
  throw new EmbeddedPostgresError('INIT_FAILED', `initdb failed (${how}) in ${place.directory}:\n${await serverLog.tail()}`);
}

/** Missing is an answer; any other failure to look is not one. */
function ifMissing<T>(answer: T): (error: unknown) => T {
  return (error) => {
    if (codeOf(error) === 'ENOENT') return answer;
    throw error;
  };
}
