import type { Binaries } from '../binaries/binaries.js';
import { EmbeddedPostgresError } from '../support/embedded-postgres-error.js';
import type { Place } from './place.js';
import { SUPERUSER } from './roles.js';
import { runCommand } from '../support/run-command.js';
import type { StepLog } from '../support/step-log.js';

/** Includes the crash recovery that the data may need first. */
const RESET_TIMEOUT_MS = 120_000;

/**
 * Gives the superuser of existing data a new password, for when the file with the old one was lost. Nobody can sign in
 * then, so it is done by a server without any connections; the other roles get theirs at each start anyway. No server
 * may be running on the data.
 *
 * @param password  hexadecimal digits
 * @throws EmbeddedPostgresError `START_FAILED`
 */
export async function resetSuperuserPassword(place: Place, binaries: Binaries, password: string, log: StepLog): Promise<void> {
  const args = ['--single', '-D', place.dataDirectory, 'postgres'];
  const input = `ALTER ROLE ${SUPERUSER} PASSWORD '${password}'\n`;
  const { succeeded, problem } = await runCommand(binaries.postgres, args, {
    account: place.account,
    timeoutMs: RESET_TIMEOUT_MS,
    input,
  });
  if (!succeeded) {
    const message = `The embedded PostgreSQL does not know the passwords in DATA_DIR, and could not be taught them: ${problem}`;
    throw new EmbeddedPostgresError('START_FAILED', message);
  }
  log('embedded_postgres.passwords_reset', { place: place.directory });
}
