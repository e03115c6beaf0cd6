// Builds Wardline: the server, the tools and the client. With `--if-stale` only when a source is newer than the build.
import { execSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv } from 'node:process';

const ROOT = join(import.meta.dirname, '..');
const STAMP = join(ROOT, 'dist/.built');
const SOURCES = ['src', 'tools', 'packages/client/src', 'package.json', 'tsconfig.json', 'tsconfig.build.json', 'nest-cli.json'];

/** Milliseconds of the newest file below a path; 0 where there is none. */
function newest(path) {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  const entries = readdirSync(path).filter((name) => name !== 'results');
  return entries.reduce((latest, name) => Math.max(latest, newest(join(path, name))), stat.mtimeMs);
}

function isStale() {
  if (!existsSync(STAMP)) return true;
  const builtAt = Number(statSync(STAMP).mtimeMs);
  return SOURCES.some((path) => newest(join(ROOT, path)) > builtAt);
}

export function build() {
  // The stamp is of the beginning: a source that changes meanwhile is newer than it.
  const begun = Date.now();
  execSync('npx nest build && npm run --silent build -w @wardline/client', { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
  writeFileSync(STAMP, '');
  utimesSync(STAMP, begun / 1000, begun / 1000);
}

/** @returns whether it built */
export function buildIfStale() {
  if (!isStale()) return false;
  build();
  return true;
}

if (argv[1] === import.meta.filename) {
  if (argv.includes('--if-stale')) buildIfStale();
  else build();
}
