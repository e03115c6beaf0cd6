import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { packageFaults } from './package-contents.mjs';

const folder = mkdtempSync(join(tmpdir(), 'wardline-package-'));
mkdirSync(join(folder, 'dist'));
writeFileSync(join(folder, 'dist/whole.js.map'), JSON.stringify({ sources: ['../src/whole.ts'], sourcesContent: ['text'] }));
writeFileSync(join(folder, 'dist/empty.js.map'), JSON.stringify({ sources: ['../src/empty.ts'] }));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

it('a package holds no tests, no tools, no map without its sources, and is small', () => {
  expect(packageFaults(folder, { size: 1000, files: ['dist/src/main.js', 'dist/src/testing/index.js', 'dist/whole.js.map'] })).toEqual([]);
  expect(
    packageFaults(folder, {
      size: 3e6,
      files: ['dist/src/a.spec.js', 'test/b.js', 'dist/tools/c.js', 'web/dist/d.js.map', 'dist/empty.js.map'],
    }),
  ).toEqual([
    '3000000 bytes are more than 2621440',
    'dist/src/a.spec.js: not for those who install',
    'test/b.js: not for those who install',
    'dist/tools/c.js: not for those who install',
    'web/dist/d.js.map: screens have no source maps',
    'dist/empty.js.map: without the text of ../src/empty.ts',
  ]);
});
