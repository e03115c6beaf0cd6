import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const CHECK = fileURLToPath(new URL('./check-hospital.js', import.meta.url));
/** A hospital that does not load in this time is not going to. */
const CHECK_TIMEOUT_MS = 60_000;

/** Has a process of its own load the hospital and check its settings; where something is wrong, it has said so, and this process ends like it. */
export async function checkHospitalInChild(file: string): Promise<void> {
  const child = spawn(process.execPath, [...process.execArgv, CHECK, file], {
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: CHECK_TIMEOUT_MS,
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) process.exit(code ?? 1);
}
