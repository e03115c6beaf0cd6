import { isMainThread } from 'node:worker_threads';
import { SupervisorLink } from './supervisor-link.js';

/** The preloaded module that makes a process a worker. */
export const WORKER_PRELOAD = new URL('../../../worker.js', import.meta.url).href;

let link: SupervisorLink | undefined;

/** Makes this process a worker: called once, before anything else is loaded. */
export function becomeWorker(): void {
  if (!isMainThread) return;
  // Processes that an extension forks get this process's flags, and are no workers.
  const flag = process.execArgv.indexOf(WORKER_PRELOAD);
  if (flag > 0) process.execArgv.splice(flag - 1, 2);
  const own = new SupervisorLink();
  link = own;
  // A terminal's signals reach the whole process group: the supervisor decides. SIGTERM for this worker alone has it replaced.
  process.on('SIGINT', () => undefined);
  process.on('SIGHUP', () => undefined);
  process.on('SIGTERM', () => void own.send({ kind: 'ask', departure: 'restart', reason: 'signal' }));
}

/** The channel to the supervisor, where this process is its worker. */
export function workerLink(): SupervisorLink | undefined {
  return link;
}
