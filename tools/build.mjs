// Builds Wardline: the server, the tools, the client, the screens. With `--if-stale` only what has a source that is newer than its build.
import { execSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv, stderr } from 'node:process';
import { buildScreens } from './build-screens.mjs';

const ROOT = join(import.meta.dirname, '..');
const SKIPPED = new Set(['results', 'dist', 'node_modules']);

/** The folder of the screens without what the build puts there, which makes the folder itself newer. */
function screenSources() {
  const web = join(ROOT, 'web');
  return existsSync(web) ? readdirSync(web).flatMap((name) => (SKIPPED.has(name) ? [] : [`web/${name}`])) : [];
}

/** Each with a stamp of the beginning of its build: a source that changes meanwhile is newer than it. */
const PARTS = [
  {
    name: 'server, tools and client',
    stamp: join(ROOT, 'dist/.built'),
    sources: ['src', 'tools', 'packages/client/src', 'package.json', 'tsconfig.json', 'tsconfig.build.json', 'nest-cli.json'],
    canBuild: () => true,
    build: () => {
      // TypeScript leaves what an earlier source has made, and the package would have it.
      rmSync(join(ROOT, 'packages/client/dist'), { recursive: true, force: true });
      execSync('npx nest build && npm run --silent build -w @wardline/client', { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
    },
  },
  {
    name: 'screens',
    stamp: join(ROOT, 'web/dist/.built'),
    sources: [...screenSources(), 'packages/client/src', 'tools/build-screens.mjs'],
    // A production install has neither React nor Vite: the package carries the screens built.
    canBuild: () => existsSync(join(ROOT, 'web')) && existsSync(join(ROOT, 'node_modules/vite')),
    build: buildScreens,
  },
];

/** Milliseconds of the newest file below a path; 0 where there is none. */
function newest(path) {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  const entries = readdirSync(path).filter((name) => !SKIPPED.has(name));
  return entries.reduce((latest, name) => Math.max(latest, newest(join(path, name))), stat.mtimeMs);
}

function isStale({ stamp, sources }) {
  if (!existsSync(stamp)) return true;
  const builtAt = Number(statSync(stamp).mtimeMs);
  return sources.some((path) => newest(join(ROOT, path)) > builtAt);
}

function buildPart({ name, stamp, build }) {
  const begun = Date.now();
  stderr.write(`building the ${name} …\n`);
  build();
  writeFileSync(stamp, '');
  utimesSync(stamp, begun / 1000, begun / 1000);
}

/** @returns whether it built */
export function buildIfStale() {
  const stale = PARTS.filter((part) => part.canBuild() && isStale(part));
  stale.forEach(buildPart);
  return stale.length > 0;
}

if (argv[1] === import.meta.filename) {
  if (argv.includes('--if-stale')) buildIfStale();
  else PARTS.filter(({ canBuild }) => canBuild()).forEach(buildPart);
}
