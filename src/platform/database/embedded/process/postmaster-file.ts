import { readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/** The fields that the server writes into its data directory. */
export interface PostmasterFile {
  readonly pid: number;
  /** `starting`, `ready`, `stopping`; empty in the first moments. */
  readonly status: string;
}

/** Reads `postmaster.pid`; `undefined` when it is missing, or not written yet. Never rejects. */
export async function readPostmasterFile(dataDirectory: string): Promise<PostmasterFile | undefined> {
  const text = await readFile(pathIn(dataDirectory), 'utf8').catch(() => '');
  const lines = text.split('\n');
  // A negative number is that of a single-user server.
  const pid = Math.abs(Number.parseInt(lines[0] ?? '', 10));
  return Number.isInteger(pid) && pid > 0 ? { pid, status: (lines[7] ?? '').trim() } : undefined;
}

/** Removes `postmaster.pid`, for when its process is known not to be a server of this data directory. */
export async function removePostmasterFile(dataDirectory: string): Promise<void> {
  await unlink(pathIn(dataDirectory)).catch(() => undefined);
}

function pathIn(dataDirectory: string): string {
  return join(dataDirectory, 'postmaster.pid');
}
