import { open, rename, rmdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Account } from './account.js';
import { runCommand } from './run-command.js';

const REMOVE_TIMEOUT_MS = 60_000;

/**
 * Replaces a file as a whole: readers see the old or the new content, also after a power cut.
 *
 * @param mode  permission bits, whatever the umask
 */
export async function replaceFile(path: string, content: string, mode: number): Promise<void> {
  const next = `${path}.next`;
  await writeFile(next, content, { mode: 0o600, flush: true });
  const file = await open(next, 'r');
  try {
    await file.chmod(mode);
  } finally {
    await file.close();
  }
  await rename(next, path);
  await syncDirectory(dirname(path));
}

/** Makes the names in a directory durable: a rename is only kept in a power cut once its directory is on disk. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/**
 * Removes a tree that belongs to the server's account, as far as possible; never rejects. That account removes the contents:
 * root in a tree that another account can change could be led out of it.
 */
export async function removeServerTree(path: string, account: Account | undefined): Promise<void> {
  await runCommand('/bin/sh', ['-c', 'rm -rf -- "$1"', 'sh', path], { account, timeoutMs: REMOVE_TIMEOUT_MS });
  await rmdir(path).catch(() => undefined);
}
