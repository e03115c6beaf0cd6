import { copyFile, chmod, lstat, mkdir, open, readdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { syncDirectory } from '../support/files.js';
import type { ShippedBinaries } from './shipped-binaries.js';

/** The folders that a running server needs; headers and static libraries stay behind. */
const NEEDED = /^(bin|lib|share|pg-symlinks\.json)$/;
const NOT_NEEDED = /\.a$|^(pgxs|pkgconfig)$/;

/** The folder of a copy: named after the version, so that an upgrade does not find its predecessor's. */
export function copyOf(shipped: ShippedBinaries, copies: string): string {
  return join(copies, shipped.version);
}

/**
 * Copies the binaries, readable by everybody, and replaces an earlier copy of the same version. The copy gets its name
 * only when it is complete and on disk: what an interruption leaves is not taken for a copy, and the next call removes
 * it. To be called by the holder of the instance lock only.
 */
export async function copyBinaries(shipped: ShippedBinaries, copies: string): Promise<void> {
  const finished = copyOf(shipped, copies);
  const partial = `${finished}.partial`;
  await rm(partial, { recursive: true, force: true });
  await makeReadableDirectory(copies);
  await makeReadableDirectory(partial);
  await copyTree(join(shipped.root, 'native'), join(partial, 'native'), (name) => NEEDED.test(name));
  await rm(finished, { recursive: true, force: true });
  await rename(partial, finished);
  await syncDirectory(copies);
}

/** Removes the copies of other versions, and unfinished ones. */
export async function removeOtherCopies(copies: string, version: string | undefined): Promise<void> {
  for (const name of await readdir(copies).catch(() => [])) {
    if (name !== version) await rm(join(copies, name), { recursive: true, force: true });
  }
}

async function copyTree(from: string, to: string, wanted: (name: string) => boolean): Promise<void> {
  await makeReadableDirectory(to);
  for (const name of await readdir(from)) {
    if (!wanted(name)) continue;
    const [source, target] = [join(from, name), join(to, name)];
    const found = await lstat(source);
    if (found.isDirectory()) await copyTree(source, target, (inner) => !NOT_NEEDED.test(inner));
    else if (found.isSymbolicLink()) await symlink(await readlink(source), target);
    else await copyDurably(source, target, (found.mode & 0o100) === 0 ? 0o644 : 0o755);
  }
  await syncDirectory(to);
}

async function copyDurably(source: string, target: string, mode: number): Promise<void> {
  await copyFile(source, target);
  const file = await open(target, 'r');
  try {
    await file.chmod(mode); // The clone may have been made under a umask that keeps others out.
    await file.sync();
  } finally {
    await file.close();
  }
}

async function makeReadableDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  await chmod(path, 0o755);
}
