import { spawn, type ChildProcess } from 'node:child_process';
import { Duplex } from 'node:stream';
import type { Account } from '../support/account.js';
import { CHILD_ENVIRONMENT } from '../support/child-environment.js';
import { EmbeddedPostgresError } from '../support/embedded-postgres-error.js';
import type { ServerLog } from '../support/server-log.js';
import { settlesWithin } from '../support/until.js';

/**
 * The parent of the server, in a session of its own, where no signal for Wardline's process group arrives. Descriptor 3 takes
 * the server's pid. Descriptor 4 is the lifeline, a pipe whose other end Wardline alone holds and never writes to. Its end of
 * file comes when Wardline is gone, in whatever way. The guard then signals its own process group. A group, unlike a pid,
 * cannot have passed to another program, and it still holds the server when the shell itself was killed. SIGINT is the
 * server's fast shutdown, SIGQUIT its immediate one. `trap ''` is inherited, but the server and initdb set handlers of their
 * own for these signals.
 */
const SCRIPT = `
trap '' HUP INT QUIT TERM
"$@" 3>&- 4<&- &
server=$!
echo "$server" >&3
exec 3>&-
(
  while read -r _; do :; done
  pause() { left=$1; while [ "$left" -gt 0 ]; do sleep 1; left=$((left - 1)); done; }
  kill -INT 0
  pause 20
  kill -QUIT 0
  pause 5
  kill -KILL 0
) <&4 4<&- &
guard=$!
exec 4<&-
wait "$server"
status=$?
kill -KILL "$guard"
exit "$status"
`;

const PID_TIMEOUT_MS = 10_000;

/** A program under a watchdog. */
export interface WatchedProgram {
  /** Exits when the program does, with its exit status, or 128 + n when signal n ended it. */
  readonly watchdog: ChildProcess;
  /** The program's own pid. */
  readonly pid: number;
  /** Ends the program once destroyed or, with Wardline, closed by the kernel. */
  readonly lifeline: Duplex;
}

/**
 * Starts a program that ends when Wardline does.
 *
 * @param log  takes what the program writes
 * @throws EmbeddedPostgresError `START_FAILED` when not even the shell could be started
 */
export async function launchWatched(
  file: string,
  args: readonly string[],
  account: Account | undefined,
  log: ServerLog,
): Promise<WatchedProgram> {
  const output = await log.openForChild();
  try {
    const watchdog = spawn('/bin/sh', ['-c', SCRIPT, 'wardline-watchdog', file, ...args], {
      cwd: '/',
      detached: true,
      env: CHILD_ENVIRONMENT,
      // Not descriptor 0 as the lifeline: Node closes that one as soon as the shell alone is gone.
      stdio: ['ignore', output.fd, output.fd, 'pipe', 'pipe'],
      uid: account?.uid,
      gid: account?.gid,
    });
    let problem: Error | undefined;
    watchdog.on('error', (error) => (problem = error));
    const [, , , pidPipe, lifeline] = watchdog.stdio;
    const pid = pidPipe instanceof Duplex ? await readPid(pidPipe) : undefined;
    if (pid !== undefined && lifeline instanceof Duplex) {
      lifeline.on('error', () => undefined);
      return { watchdog, pid, lifeline };
    }
    if (lifeline instanceof Duplex) lifeline.destroy();
    throw new EmbeddedPostgresError('START_FAILED', `${file} could not be started`, { cause: problem });
  } finally {
    await output.close();
  }
}

async function readPid(pipe: Duplex): Promise<number | undefined> {
  let text = '';
  const complete = new Promise<void>((resolve) => {
    pipe.on('data', (chunk: Buffer) => (text += chunk.toString()));
    pipe.on('error', () => undefined);
    pipe.on('close', resolve);
  });
  await settlesWithin(complete, PID_TIMEOUT_MS);
  pipe.destroy();
  return /^\d+\n$/.test(text) ? Number(text) : undefined;
}
