import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../src/platform/system/package-root.js';

const PAGE = 'docs/explanation/extension-faults.md';

/** The first table of the page: by point, by fault, the outcome. */
export function faultTable(): Record<string, Record<string, string>> {
  const [first = ''] = /(?:^\|.*\n)+/m.exec(readFileSync(join(packageRoot(), PAGE), 'utf8')) ?? [];
  const lines = first.trimEnd().split('\n');
  const rows = lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  const [points = [], , ...faults] = rows;
  return Object.fromEntries(
    points.slice(1).map((point, n) => [point, Object.fromEntries(faults.map(([fault = '', ...outcomes]) => [fault, outcomes[n] ?? '']))]),
  );
}
