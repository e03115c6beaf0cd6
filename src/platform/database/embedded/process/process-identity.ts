import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { CHILD_ENVIRONMENT } from '../support/child-environment.js';

/**
 * A process, distinguished from a later one with the same pid. The stamp is compared for equality only; it is {@link
 * UNKNOWN_STAMP} where the system does not say when a process began.
 */
export interface ProcessIdentity {
  readonly pid: number;
  readonly stamp: string;
}

export const UNKNOWN_STAMP = 'unknown';

/** Identifies a process that is alive now; a process that is gone or a zombie gives `undefined`. */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  if (!pidExists(pid)) return undefined;
  const stamp = process.platform === 'linux' ? await linuxStamp(pid) : await psStamp(pid);
  return stamp === 'gone' ? undefined : { pid, stamp };
}

/**
 * True while that very process runs. A zombie does not: it holds nothing, and may stay for ever where nobody reaps it. When
 * the system does not know, a pid that exists counts as alive.
 */
export async function isAlive({ pid, stamp }: ProcessIdentity): Promise<boolean> {
  const now = await identify(pid);
  if (now === undefined) return false;
  return now.stamp === stamp || now.stamp === UNKNOWN_STAMP || stamp === UNKNOWN_STAMP;
}

/** True when the kernel knows the pid, zombies and other users' processes included. 0 and less name no process, but whole groups. */
export function pidExists(pid: number): boolean {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * True when a live process is the postmaster of `dataDirectory`, and not another one with its old pid. Any user may read the
 * command line. The working directory (the server's is its data directory) also holds after a rename, but in a container root
 * may be forbidden to read it.
 */
export async function isPostmasterOf(dataDirectory: string, pid: number): Promise<boolean> {
  if ((await identify(pid)) === undefined) return false;
  if (process.platform !== 'linux') return (await ps(pid, 'command')).includes(`postgres -D ${dataDirectory} `);
  const commandLine = (await readFile(`/proc/${String(pid)}/cmdline`, 'utf8').catch(() => '')).split('\0');
  if (basename(commandLine[0] ?? '') !== 'postgres') return false;
  if (commandLine[1] === '-D' && commandLine[2] === dataDirectory) return true;
  return (await readlink(`/proc/${String(pid)}/cwd`).catch(() => '')) === dataDirectory;
}

async function linuxStamp(pid: number): Promise<string> {
  const [stat, bootId] = await Promise.all([
    readFile(`/proc/${String(pid)}/stat`, 'utf8').catch(() => undefined),
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
  ]);
  if (stat === undefined) return pidExists(pid) ? UNKNOWN_STAMP : 'gone';
  // The second field is the program's name in brackets and may hold anything, brackets and spaces too.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTicks] = [fields[0], fields[19]];
  if (state === 'Z' || state === 'X') return 'gone';
  // Ticks count from the boot: without its id, a process of the last boot could look like one of this.
  return startTicks === undefined ? UNKNOWN_STAMP : `${bootId.slice(0, 8)}.${startTicks}`;
}

async function psStamp(pid: number): Promise<string> {
  const state = await ps(pid, 'state');
  if (state === '' || state.startsWith('Z')) return pidExists(pid) && state === '' ? UNKNOWN_STAMP : 'gone';
  const startedAtMs = Date.parse(await ps(pid, 'lstart'));
  return Number.isNaN(startedAtMs) ? UNKNOWN_STAMP : String(startedAtMs);
}

async function ps(pid: number, column: string): Promise<string> {
  const run = promisify(execFile)('ps', ['-o', `${column}=`, '-p', String(pid)], { env: CHILD_ENVIRONMENT, timeout: 5_000 });
  return run.then(({ stdout }) => stdout.trim()).catch(() => '');
}
