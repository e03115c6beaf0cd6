import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { packageRoot } from '../../../src/platform/system/package-root.js';
import { writeJsonFile } from '../command/json-file.js';
import { findBun } from '../process/bun-binary.js';
import { describeMachine } from '../../simulate/measure/machine.js';
import type { BenchDatabase } from '../append/bench-database.js';
import type { Goal, Outcome } from './bench.js';

const LABEL = 36;
const COLUMN = 13;

export function row(label: string, ...cells: readonly string[]): string {
  return label.padEnd(LABEL) + cells.map((cell) => cell.padStart(COLUMN)).join('');
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function git(...args: readonly string[]): string | undefined {
  try {
    return execFileSync('git', args, { cwd: packageRoot(), encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return undefined; // an unpacked archive has no history
  }
}

/** The commit that was measured, and whether the sources were another's by then. */
function commit(): string {
  const head = git('rev-parse', '--short=12', 'HEAD');
  if (head === undefined) return 'unknown';
  return git('status', '--porcelain', '--untracked-files=no') === '' ? head : `${head} with changes`;
}

function versionOf(name: string): string {
  return (createRequire(import.meta.url)(`${name}/package.json`) as { version: string }).version;
}

/** The origin of the figures. */
export function describeOrigin(database: BenchDatabase) {
  const bun = findBun();
  return {
    commit: commit(),
    machine: describeMachine(),
    versions: {
      node: process.version,
      openssl: process.versions.openssl,
      ws: versionOf('ws'),
      'socket.io': versionOf('socket.io'),
      bun: 'version' in bun ? bun.version : `none: ${bun.missing}`,
      postgresql: `${database.server.version}${database.server.embedded ? ' (embedded)' : ''}`,
    },
  };
}
export type Origin = ReturnType<typeof describeOrigin>;

function verdict(met: Goal['met']): string {
  if (met === 'too noisy') return met;
  return met ? 'met' : 'NOT met';
}

function goalLine({ what, value, goal, met }: Goal): string {
  return `  ${what}: ${value.toFixed(3)}, goal ≤ ${goal.toFixed(3)}: ${verdict(met)}`;
}

/** The result for people. */
export function table({ title, lines, goals }: Outcome, { commit: measured, machine, versions }: Origin): string {
  const software = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    '',
    title,
    `${machine.cpu}, ${String(machine.cores)} cores (shared), ${machine.platform}; ${software.join(', ')}; commit ${measured}`,
    '',
    ...lines,
    ...(goals.length === 0 ? [] : ['', 'goals', ...goals.map(goalLine)]),
    '',
  ].join('\n');
}

/** The result for machines. @returns the file */
export function writeJson(folder: string, name: string, outcome: Outcome, origin: Origin): string {
  const { title, settings, result, goals } = outcome;
  const file = join(folder, `${name}.json`);
  writeJsonFile(file, { what: title, ...origin, settings, result, goals });
  return file;
}
