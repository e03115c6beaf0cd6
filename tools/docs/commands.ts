import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The npm scripts of a package, without those that npm runs before or after another. */
export function scriptsOf(folder: string): Map<string, string> {
  const { scripts = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { scripts?: Record<string, string> };
  const names = Object.keys(scripts);
  return new Map(Object.entries(scripts).filter(([name]) => !/^(pre|post)/.test(name) || !names.includes(name.replace(/^(pre|post)/, ''))));
}
