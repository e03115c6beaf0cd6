import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isatty } from 'node:tty';
import { lineOutput } from '../platform/logging/line-output.js';
import type { DatabaseSettings } from '../platform/config/settings/database.settings.js';

/** Prints the address, the demo accounts and the command that presses a button. With JSON logs it goes to stderr. */
export function greet(url: string, { DATA_DIR }: DatabaseSettings): void {
  const firstRun = join(DATA_DIR, 'first-run.json');
  const lines = ['', `  Wardline is listening on ${url}`, `  API and try-out page: ${url}/api/docs   health: ${url}/readyz`];
  if (existsSync(firstRun)) {
    lines.push(
      `  Sign in as icu-nurse-1 or admin; all passwords and station keys: ${firstRun}`,
      '  Press a bedside button:  npx wardline press icu-101-bed',
    );
  }
  lineOutput(isatty(1) ? 1 : 2).write(`${lines.join('\n')}\n\n`);
}
