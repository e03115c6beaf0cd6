import { vi } from 'vitest';
import { runCli } from '../../src/cli/cli.js';

/** A command's end: its exit code, and what it wrote. */
export interface CliOutcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command as the program does, in this process. */
export async function runCommandLine(args: readonly string[], env: Record<string, string>): Promise<CliOutcome> {
  const said = { out: '', err: '' };
  const written = (to: keyof typeof said) => (text: string | Uint8Array) => {
    said[to] += String(text);
    return true;
  };
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(written('out')),
    vi.spyOn(process.stderr, 'write').mockImplementation(written('err')),
  ];
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  try {
    await runCli(args);
    return { code: Number(process.exitCode ?? 0), ...said };
  } finally {
    process.exitCode = undefined;
    vi.unstubAllEnvs();
    for (const spy of spies) spy.mockRestore();
  }
}
