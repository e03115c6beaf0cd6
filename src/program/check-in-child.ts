import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { StartRefused } from '../platform/common/start-refused.js';

const CHECK = fileURLToPath(new URL('./check-hospital.js', import.meta.url));
/** A hospital that does not load in this time is not going to. */
const CHECK_TIMEOUT_MS = 60_000;

/** Has a process of its own load the hospital and check its settings; where something is wrong, it has said so, and this process ends like it. */
export async function checkHospitalInChild(file: string): Promise<void> {
  const child = spawn(process.execPath, [...process.execArgv, CHECK, file, String(process.pid)], {
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: CHECK_TIMEOUT_MS,
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code === 0) return;
  // It was killed: a file that holds the event loop up cannot say so itself.
  if (code === null) throw new StartRefused([`${file}: cannot be loaded: not done within ${String(CHECK_TIMEOUT_MS / 1000)} s`]);
  process.exit(code);
}
