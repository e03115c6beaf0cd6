import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

const MAX_BYTES = 2.5 * 1024 * 1024;
/** Parts of the repository that nobody installs. */
const UNWANTED = /(^|\/)(tests?|tools|spec|fixtures|coverage)\/|\.(spec|test)\.|\.tsbuildinfo$|(^|\/)\.env/;
const KEPT = /^dist\/src\/testing\//;

/**
 * Finds what must not be in a package: tests, tools, too many bytes, and source maps whose sources nobody gets.
 * @param folder in which the package was packed
 * @returns a line for each fault
 */
export function packageFaults(folder, { size, files }) {
  const faults = size > MAX_BYTES ? [`${size} bytes are more than ${MAX_BYTES}`] : [];
  for (const path of files) {
    if (UNWANTED.test(path) && !KEPT.test(path)) faults.push(`${path}: not for those who install`);
    if (path.endsWith('.map')) faults.push(...mapFaults(folder, path, files));
  }
  return faults;
}

/** A source is there when the map holds its text, or the package its file. */
function mapFaults(folder, path, files) {
  if (path.startsWith('web/')) return [`${path}: screens have no source maps`];
  const { sources, sourcesContent = [] } = JSON.parse(readFileSync(join(folder, path), 'utf8'));
  const isThere = (source, n) => typeof sourcesContent[n] === 'string' || files.includes(posix.join(posix.dirname(path), source));
  return sources.flatMap((source, n) => (isThere(source, n) ? [] : [`${path}: without the text of ${source}`]));
}
