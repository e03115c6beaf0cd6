import { execFile } from 'node:child_process';
import type { Account } from './account.js';
import { CHILD_ENVIRONMENT } from './child-environment.js';

/** How a short command ended. */
export interface CommandOutcome {
  readonly succeeded: boolean;
  readonly stdout: string;
  /** The failure in one line: the last line of its stderr, else the reason why it could not run. Empty on success. */
  readonly problem: string;
}

export interface CommandOptions {
  /** Runs as this user without supplementary groups; as Wardline's own user when undefined. */
  readonly account: Account | undefined;
  /** Milliseconds after which the command is killed and counts as failed. */
  readonly timeoutMs: number;
  readonly input?: string;
}

/** Runs a short command in `/` with the children's bare environment. Never rejects: a failure is an outcome. */
export function runCommand(file: string, args: readonly string[], options: CommandOptions): Promise<CommandOutcome> {
  return new Promise((resolve) => {
    const child = execFile(
      file,
      args,
      {
        cwd: '/',
        env: CHILD_ENVIRONMENT,
        uid: options.account?.uid,
        gid: options.account?.gid,
        timeout: options.timeoutMs,
        killSignal: 'SIGKILL',
      },
      (error, stdout, stderr) => {
        const problem = error === null ? '' : (stderr.trim().split('\n').at(-1) ?? '') || error.message;
        resolve({ succeeded: error === null, stdout, problem });
      },
    );
    // A command that ends before it has read its input is judged by its outcome, not by the broken pipe.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.input ?? '');
  });
}
