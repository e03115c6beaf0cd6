import { readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedPostgresError } from '../support/embedded-postgres-error.js';
import { endServer, signalIfThere } from '../process/end-server.js';
import type { Place } from '../storage/place.js';
import { readPostmasterFile, removePostmasterFile } from '../process/postmaster-file.js';
import { identify, isPostmasterOf, pidExists } from '../process/process-identity.js';
import { clusterName } from '../storage/settings.js';
import type { StepLog } from '../support/step-log.js';
import { until } from '../support/until.js';

const BACKENDS_TIMEOUT_MS = 5_000;

/**
 * Makes way for a new server on the data directory: ends a server that an earlier Wardline left behind, and removes leftovers
 * that would stop the next one. Only the holder of the instance lock may call it: it knows that no living Wardline uses such a
 * server.
 * @throws EmbeddedPostgresError `START_FAILED` when the old server does not end (after at most 40 s)
 */
export async function clearPreviousServer(place: Place, log: StepLog): Promise<void> {
  const { dataDirectory, runDirectory } = place;
  const left = await readPostmasterFile(dataDirectory);
  if (left !== undefined) {
    if (await isPostmasterOf(dataDirectory, left.pid)) await endOrphan(left.pid, dataDirectory, log);
    await endBackends(dataDirectory, log);
    // A pid that exists keeps the server from starting, even if it is a zombie's or has gone to another program.
    if (pidExists(left.pid)) await removePostmasterFile(dataDirectory);
  }
  // The socket's lock file has a pid in it as well, and the same trouble with it.
  for (const name of await readdir(runDirectory)) await unlink(join(runDirectory, name)).catch(() => undefined);
}

async function endOrphan(pid: number, dataDirectory: string, log: StepLog): Promise<void> {
  const orphan = await identify(pid);
  if (orphan === undefined) return;
  const startedMs = performance.now();
  const how = await endServer(orphan);
  if (how === undefined) {
    const message = `An earlier PostgreSQL, process ${String(pid)}, still holds ${dataDirectory} and does not end.`;
    throw new EmbeddedPostgresError('START_FAILED', message);
  }
  log('embedded_postgres.orphan_stopped', { pid, how, ms: Math.round(performance.now() - startedMs) });
}

/**
 * A postmaster that was killed leaves its children to notice, which those in the middle of a query do late; until they
 * are gone, the shared memory is in use and no other server may start. Only Linux lets us see them; elsewhere the start
 * is tried again until they have gone.
 */
async function endBackends(dataDirectory: string, log: StepLog): Promise<void> {
  if (process.platform !== 'linux') return;
  const title = `postgres: ${await clusterName(dataDirectory)}: `;
  let found = await processesTitled(title);
  if (found.length === 0) return;
  log('embedded_postgres.backends_stopped', { pids: found });
  for (const signal of ['SIGQUIT', 'SIGKILL'] as const) {
    for (const pid of found) signalIfThere(pid, signal);
    const gone = async (): Promise<boolean> => (found = await processesTitled(title)).length === 0;
    if (await until(gone, BACKENDS_TIMEOUT_MS, 50)) return;
  }
}

async function processesTitled(title: string): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const commandLine = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    if (commandLine.startsWith(title)) found.push(Number(name));
  }
  return found;
}
