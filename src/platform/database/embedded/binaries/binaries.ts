import { join } from 'node:path';
import type { Account } from '../support/account.js';
import { copyBinaries, copyOf, removeOtherCopies } from './binaries-copy.js';
import { restoreLibraryLinks } from './library-links.js';
import { runCommand } from '../support/run-command.js';
import { type ShippedBinaries, unsupportedPlatform } from './shipped-binaries.js';
import type { StepLog } from '../support/step-log.js';

/** Programs that have been seen to run as the server's account. */
export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
  /** Such as 18. */
  readonly majorVersion: number;
}

const PROBE_TIMEOUT_MS = 20_000;

/**
 * The shipped binaries where they lie; or a copy, when the server's account cannot run them there or when their library
 * links are missing and cannot be made.
 *
 * @param copies  where a copy is kept, in a place that the account can reach
 * @throws EmbeddedPostgresError `UNSUPPORTED_PLATFORM` when they run nowhere (musl, a `noexec` mount)
 */
export async function findBinaries(
  shipped: ShippedBinaries,
  account: Account | undefined,
  copies: string,
  log: StepLog,
): Promise<Binaries> {
  if (await restoreLibraryLinks(shipped.root, log)) {
    const inPlace = await tryOut(shipped.root, account);
    if (typeof inPlace !== 'string') {
      await removeOtherCopies(copies, undefined);
      return inPlace;
    }
    // A copy does not help when not even Wardline itself can run the original.
    const asWardline = account === undefined ? inPlace : await tryOut(shipped.root, undefined);
    if (typeof asWardline === 'string') throw unsupportedPlatform(asWardline);
  }
  const root = copyOf(shipped, copies);
  const kept = await tryOut(root, account);
  const copied = typeof kept === 'string' ? await copyAndTry(shipped, account, copies, log) : kept;
  await removeOtherCopies(copies, shipped.version);
  return copied;
}

async function copyAndTry(shipped: ShippedBinaries, account: Account | undefined, copies: string, log: StepLog): Promise<Binaries> {
  const root = copyOf(shipped, copies);
  const startedMs = performance.now();
  await copyBinaries(shipped, copies);
  await restoreLibraryLinks(root, log);
  log('embedded_postgres.binaries_copied', { from: shipped.root, to: root, ms: Math.round(performance.now() - startedMs) });
  const outcome = await tryOut(root, account);
  if (typeof outcome === 'string') throw unsupportedPlatform(outcome);
  return outcome;
}

/** The binaries, or why they do not run. */
async function tryOut(root: string, account: Account | undefined): Promise<Binaries | string> {
  const bin = join(root, 'native', 'bin');
  const postgres = join(bin, 'postgres');
  const { succeeded, stdout, problem } = await runCommand(postgres, ['--version'], { account, timeoutMs: PROBE_TIMEOUT_MS });
  if (!succeeded) return problem;
  const major = /\(PostgreSQL\) (\d+)/.exec(stdout)?.[1];
  if (major === undefined) return `postgres --version says ${JSON.stringify(stdout.trim())}`;
  return { postgres, initdb: join(bin, 'initdb'), majorVersion: Number(major) };
}
