import { isAlive, type ProcessIdentity } from './process-identity.js';
import { until } from '../support/until.js';

/** Fast shutdown (with a checkpoint, which a slow disk may draw out), immediate shutdown, and no more asking. */
const STAGES = [
  { signal: 'SIGINT', patienceMs: 20_000 },
  { signal: 'SIGQUIT', patienceMs: 5_000 },
  { signal: 'SIGKILL', patienceMs: 5_000 },
] as const;

/**
 * Ends a postmaster, or anything else that knows these signals, with growing insistence; at most 30 s.
 *
 * @returns the signal that was enough, `'gone'` when there was nothing to end, `undefined` when nothing helped
 */
export async function endServer(server: ProcessIdentity): Promise<NodeJS.Signals | 'gone' | undefined> {
  if (!(await isAlive(server))) return 'gone';
  for (const { signal, patienceMs } of STAGES) {
    signalIfThere(server.pid, signal);
    if (await until(async () => !(await isAlive(server)), patienceMs)) return signal;
  }
  return undefined;
}

/** Sends a signal; that the process has just ended is not an error. */
export function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
