import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { packageRoot } from '../../src/common/package-root.js';

/** A program of the build, run as users run it. */
export interface Program {
  child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Resolves with the exit code; null when a signal ended it. */
  exited: Promise<number | null>;
  /** Resolves when a log line of the event has come, with its fields. */
  event(name: string): Promise<Record<string, unknown>>;
}

/** @param script below `build`, which is `dist/`; `env` is all the environment it gets beside PATH */
export function run(script: string, env: Record<string, string>, args: string[] = [], build = join(packageRoot(), 'dist')): Program {
  const child = spawn(process.execPath, [join(build, script), ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const exited = once(child, 'close').then(([code]) => code as number | null);
  const find = (name: string) =>
    stdout
      .split('\n')
      .filter((line) => line.includes(`"event":"${name}"`))
      .map((line) => JSON.parse(line) as Record<string, unknown>)[0];
  const event = async (name: string): Promise<Record<string, unknown>> => {
    for (;;) {
      const found = find(name);
      if (found) return found;
      const next = await Promise.race([once(child.stdout, 'data').then(() => 'data'), exited]);
      if (next !== 'data' && !find(name)) throw new Error(`ended with ${String(next)} before ${name}: ${stdout}${stderr}`);
    }
  };
  return { child, stdout: () => stdout, stderr: () => stderr, exited, event };
}
