import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../../src/platform/system/package-root.js';

/** `a/{b,c}.ts` is `a/b.ts` and `a/c.ts`. */
function filesOf(pattern: string): string[] {
  const [, before, names, after] = /^(.*)\{(.*)\}(.*)$/.exec(pattern) ?? [];
  return names === undefined ? [pattern] : names.split(',').map((name) => `${before ?? ''}${name}${after ?? ''}`);
}

it('the mutation run names files that exist', () => {
  const { mutate } = JSON.parse(readFileSync(join(packageRoot(), 'tools/mutate/stryker.config.json'), 'utf8')) as { mutate: string[] };
  const files = mutate.flatMap(filesOf);
  expect(files.length).toBeGreaterThan(20);
  expect(files.filter((file) => !existsSync(join(packageRoot(), file)))).toEqual([]);
});
