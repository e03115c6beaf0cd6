import { setTimeout as sleep } from 'node:timers/promises';
import type { Binaries } from '../binaries/binaries.js';
import { codeOf, EmbeddedPostgresError, messageOf } from '../support/embedded-postgres-error.js';
import { chooseEndpoint, connectionUrl, type Endpoint } from '../process/endpoint.js';
import { resetSuperuserPassword } from '../storage/password-reset.js';
import type { DatabasePasswords } from '../storage/database-passwords.js';
import type { Place } from '../storage/place.js';
import { clearPreviousServer } from './previous-server.js';
import { connectWhenReady, proveSignIn } from './readiness.js';
import { APPLICATION, DATABASE, ensureRolesAndDatabase, OWNER, SUPERUSER } from '../storage/roles.js';
import type { ServerLog } from '../support/server-log.js';
import { ServerProcess } from '../process/server-process.js';
import { writeSettings } from '../storage/settings.js';
import type { StepLog } from '../support/step-log.js';

/** A server that every role can sign in to. */
export interface LaunchedServer {
  readonly server: ServerProcess;
  readonly endpoint: Endpoint;
  readonly ownerUrl: string;
  readonly applicationUrl: string;
  readonly superuserUrl: string;
}

const ATTEMPTS = 8;
const PAUSE_MS = 500;
/** Another try may go better: a port that was taken meanwhile, an orphan that has only just appeared or is not quite gone. */
const PASSING = /already exists|pre-existing shared memory block|Address already in use|could not create any TCP\/IP sockets/;

/** PostgreSQL's code for a wrong password. */
const INVALID_PASSWORD = '28P01';

/**
 * Starts the server on existing data and brings it to where every role can sign in, with the passwords given: the data
 * follow the file in DATA_DIR, should that be a new one or have come from a backup.
 *
 * @throws EmbeddedPostgresError `START_FAILED` with the last lines of the server's log; no server is left running then
 */
export async function launchServer(
  place: Place,
  binaries: Binaries,
  passwords: DatabasePasswords,
  serverLog: ServerLog,
  log: StepLog,
): Promise<LaunchedServer> {
  let taught = false;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await launchOnce(place, binaries, passwords, serverLog, log);
    } catch (error) {
      const tail = await serverLog.tail();
      if (codeOf(error) === INVALID_PASSWORD && !taught) {
        taught = true;
        await resetSuperuserPassword(place, binaries, passwords.superuser, log);
      } else if (attempt < ATTEMPTS && PASSING.test(lastFatalLine(tail))) {
        await waitForBetter(place, lastFatalLine(tail), log);
      } else throw startFailed(place, error, tail);
    }
  }
}

async function waitForBetter(place: Place, because: string, log: StepLog): Promise<void> {
  log('embedded_postgres.start_repeated', { because });
  await sleep(PAUSE_MS);
  await clearPreviousServer(place, log);
}

async function launchOnce(
  place: Place,
  binaries: Binaries,
  passwords: DatabasePasswords,
  serverLog: ServerLog,
  log: StepLog,
): Promise<LaunchedServer> {
  const endpoint = await chooseEndpoint(place.runDirectory);
  const settingsFile = await writeSettings(place, endpoint);
  const superuserUrl = connectionUrl(endpoint, SUPERUSER, passwords.superuser, 'postgres');
  const ownerUrl = connectionUrl(endpoint, OWNER, passwords.owner, DATABASE);
  const applicationUrl = connectionUrl(endpoint, APPLICATION, passwords.application, DATABASE);

  const args = ['-D', place.dataDirectory, '-c', `config_file=${settingsFile}`];
  const server = await ServerProcess.launch(binaries.postgres, args, place.account, serverLog, log);
  try {
    const client = await connectWhenReady(server, place.dataDirectory, superuserUrl, serverLog);
    try {
      await ensureRolesAndDatabase(client, passwords);
    } finally {
      await client.end();
    }
    await Promise.all([proveSignIn(ownerUrl), proveSignIn(applicationUrl)]);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { server, endpoint, ownerUrl, applicationUrl, superuserUrl };
}

function lastFatalLine(tail: string): string {
  return tail.split('\n').findLast((line) => / (FATAL|PANIC): /.test(line)) ?? '';
}

function startFailed({ dataDirectory }: Place, cause: unknown, tail: string): EmbeddedPostgresError {
  const message = `The embedded PostgreSQL did not start in ${dataDirectory}: ${messageOf(cause)}. Its log ends:\n${tail}`;
  return new EmbeddedPostgresError('START_FAILED', message, { cause });
}
