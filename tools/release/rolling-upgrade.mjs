// Tries the upgrade from an older release to this one as it happens in a hospital: builds the older program from its commit, and has it serve on
// the schema of this one, beside this one, while a ward presses and accepts. `npm run upgrade -- <commit or tag>`; without one, the last release.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argv, env, exit, stdout } from 'node:process';

const ROOT = join(import.meta.dirname, '../..');
const LAST_RELEASE = readFileSync(join(ROOT, 'test/fixtures/release/commit'), 'utf8').trim();

const run = (cwd, command, args, more = {}) => execFileSync(command, args, { cwd, stdio: 'inherit', env: { ...env, ...more } });

const commit = argv[2] ?? LAST_RELEASE;
try {
  execFileSync('git', ['cat-file', '-e', `${commit}^{commit}`], { cwd: ROOT, stdio: 'ignore' });
} catch {
  stdout.write(`NOT TRIED: ${commit} is not in this clone; git fetch --unshallow brings it\n`);
  exit(0);
}
const folder = mkdtempSync(join(tmpdir(), 'wardline-older-'));
try {
  run(ROOT, 'git', ['worktree', 'add', '--detach', folder, commit]);
  // With its own dependencies: those of this release need not be right for it.
  run(folder, 'npm', ['ci', '--no-fund', '--no-audit'], { HUSKY: '0' });
  run(folder, 'npx', ['nest', 'build']);
  const older = { WARDLINE_OLDER_BUILD: join(folder, 'dist') };
  run(ROOT, 'npx', ['vitest', 'run', '--project', 'integration', 'test/integration/release/rolling-upgrade.test.ts'], older);
} finally {
  run(ROOT, 'git', ['worktree', 'remove', '--force', folder]);
  rmSync(folder, { recursive: true, force: true });
}
