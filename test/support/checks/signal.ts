/**
 * Sends a signal to one process. To `process.kill`, 0 and negative numbers mean whole process groups, 0 the tests' own: a pid that
 * was not found must fail the test, and not end the run.
 */
export function sendSignal(pid: unknown, signal: NodeJS.Signals): void {
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid < 2) throw new Error(`no process to send ${signal} to: ${String(pid)}`);
  process.kill(pid, signal);
}
