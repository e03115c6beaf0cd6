import { readdir, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf, EmbeddedPostgresError, messageOf } from '../support/embedded-postgres-error.js';
import { identify, isAlive, type ProcessIdentity, UNKNOWN_STAMP } from '../process/process-identity.js';
import type { StepLog } from '../support/step-log.js';

/** The right to be the only Wardline on a place. */
export interface InstanceLock {
  /** Gives the right back. Idempotent; never rejects. */
  release(): Promise<void>;
}

const TICKET = /^wardline-(\d+)-([0-9a-z.]+)\.lock$/;
const ATTEMPTS = 5;
const SHORTEST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 100;

/**
 * Makes this process the only one on `directory`. Each process makes a file named after its pid and start time; it has the
 * lock when it then finds no other's file. When two come together the later one sees the earlier, so never both go on. When
 * both see each other, both step back and try again after a random pause. A file is removed only by its owner, or once its
 * owner is gone, and its name never comes to mean a living process. So taking over a stale lock cannot take away a fresh one,
 * as "delete the stale file, create mine" would.
 * @throws EmbeddedPostgresError `DATA_DIR_IN_USE`, after about half a second, naming the pid that has the lock;
 * `DATA_DIR_UNUSABLE` when no file can be made there
 */
export async function acquireInstanceLock(directory: string, dataDir: string, log: StepLog): Promise<InstanceLock> {
  const self = (await identify(process.pid)) ?? { pid: process.pid, stamp: UNKNOWN_STAMP };
  const ticket = join(directory, `wardline-${String(self.pid)}-${self.stamp}.lock`);
  const content = `${JSON.stringify({ ...self, since: new Date().toISOString() })}\n`;
  let rival = self.pid;

  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    try {
      await writeFile(ticket, content, { flag: 'wx', mode: 0o600 });
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') {
        // A full disk takes the file and not its content: left there, it would hold the place against this very process.
        await unlink(ticket).catch(() => undefined);
        const message = `The data directory ${dataDir} cannot be used: ${messageOf(error)}`;
        throw new EmbeddedPostgresError('DATA_DIR_UNUSABLE', message, { cause: error });
      }
      break; // This very process has it already.
    }
    const other = await findOtherHolder(directory, self, log);
    if (other === undefined) return lockOn(ticket);
    rival = other.pid;
    await unlink(ticket);
    await sleep(SHORTEST_PAUSE_MS + Math.random() * (LONGEST_PAUSE_MS - SHORTEST_PAUSE_MS));
  }
  throw new EmbeddedPostgresError(
    'DATA_DIR_IN_USE',
    `The data directory ${dataDir} is in use by another Wardline, process ${String(rival)}: ` +
      'stop that one first, or give this one a DATA_DIR of its own.',
  );
}

async function findOtherHolder(directory: string, self: ProcessIdentity, log: StepLog): Promise<ProcessIdentity | undefined> {
  for (const name of await readdir(directory)) {
    const [, pid, stamp] = TICKET.exec(name) ?? [];
    if (pid === undefined || stamp === undefined) continue;
    const holder = { pid: Number(pid), stamp };
    if (holder.pid === self.pid && holder.stamp === self.stamp) continue;
    if (await isAlive(holder)) return holder;
    await unlink(join(directory, name)).catch(() => undefined); // A rival may have swept it up first.
    log('embedded_postgres.stale_lock_removed', { pid: holder.pid });
  }
  return undefined;
}

function lockOn(ticket: string): InstanceLock {
  // Once only: later the file may be that of the next start in this same process.
  let released: Promise<void> | undefined;
  return { release: () => (released ??= unlink(ticket).catch(() => undefined)) };
}
