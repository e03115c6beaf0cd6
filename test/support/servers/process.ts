import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { packageRoot } from '../../../src/platform/system/package-root.js';

export type LogLine = Record<string, unknown>;

/** A program of the build, run as users run it. */
export interface Program {
  child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Resolves with the exit code; null when a signal ended it. */
  exited: Promise<number | null>;
  /** Resolves when a log line of the event has come, with its fields. */
  event(name: string): Promise<LogLine>;
  /** The log lines of the event that have come. */
  events(name: string): LogLine[];
}

/**
 * Starts a program and collects its output.
 * @param script below `build`, which is `dist/`; `env` is all the environment it gets beside PATH
 * @param openFiles RLIMIT_NOFILE, when it is not to be the tests' own
 */
export function run(
  script: string,
  env: Record<string, string>,
  args: string[] = [],
  build = join(packageRoot(), 'dist'),
  openFiles?: number,
): Program {
  const command = [process.execPath, join(build, script), ...args] as const;
  const [file, ...rest] =
    openFiles === undefined ? command : (['sh', '-c', `ulimit -n ${String(openFiles)} && exec "$@"`, 'sh', ...command] as const);
  return runCommand(file, rest, env);
}

/** Any command, as `run` does a program of the build. */
export function runCommand(file: string, args: readonly string[], env: Record<string, string>, cwd?: string): Program {
  const child = spawn(file, args, {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const exited = once(child, 'close').then(([code]) => code as number | null);
  // Each line is read once: a program that is looked at often may log much.
  const lines: { event: string; line: LogLine }[] = [];
  let read = 0;
  const events = (name: string) => {
    for (let end = stdout.indexOf('\n', read); end >= 0; end = stdout.indexOf('\n', read)) {
      const text = stdout.slice(read, end);
      read = end + 1;
      const event = /"event":"([^"]+)"/.exec(text)?.[1];
      if (event !== undefined && text.endsWith('}')) lines.push({ event, line: JSON.parse(text) as LogLine });
    }
    return lines.filter(({ event }) => event === name).map(({ line }) => line);
  };
  const event = async (name: string): Promise<LogLine> => {
    for (;;) {
      const [found] = events(name);
      if (found) return found;
      const next = await Promise.race([once(child.stdout, 'data').then(() => 'data'), exited]);
      if (next !== 'data' && events(name).length === 0) throw new Error(`ended with ${String(next)} before ${name}: ${stdout}${stderr}`);
    }
  };
  return { child, stdout: () => stdout, stderr: () => stderr, exited, event, events };
}
