import { execFileSync } from 'node:child_process';
import { dirname } from 'node:path';
import { expect, it } from 'vitest';

/** A folder of sources that is larger gets sub-folders by topic; a helper with one user moves into its user's file. */
const MOST = 13;

/** Larger folders, each with its reason. The list may only become shorter. */
const EXCEPTIONS: ReadonlyMap<string, string> = new Map([]);

/** Sources in each folder, without those of its sub-folders. */
function sourcesByFolder(): Map<string, number> {
  const files = execFileSync('git', ['ls-files', '*.ts', '*.tsx', '*.mts', '*.mjs'], { encoding: 'utf8' }).split('\n').filter(Boolean);
  const counts = new Map<string, number>();
  for (const file of files) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
  return counts;
}

it(`no folder has more than ${String(MOST)} sources`, () => {
  const larger = [...sourcesByFolder()].filter(([folder, count]) => count > MOST && !EXCEPTIONS.has(folder));
  expect(larger).toEqual([]);
});

it('every exception is still one', () => {
  const counts = sourcesByFolder();
  for (const [folder] of EXCEPTIONS) expect([folder, (counts.get(folder) ?? 0) > MOST]).toEqual([folder, true]);
});
