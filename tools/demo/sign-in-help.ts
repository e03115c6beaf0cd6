import type { FirstRun } from '../bench/client/first-run.js';
import type { DemoLinks } from './demo-links.js';

/** The address and the accounts of a demo. The people are invented, their passwords belong to this data directory alone. */
export function signInHelp(url: string, { admin, staff }: FirstRun, { board, guest }: DemoLinks): string {
  const find = (username: string) => staff.filter((one) => one.username === username);
  const people = [...find('icu-nurse-1'), ...find('icu-manager'), admin];
  const rows = people.map(({ username, password }) => `    ${username.padEnd(14)} ${password}`);
  return [
    '',
    '  The demo hospital is alive: patients press, nurses come. Ctrl-C ends it.',
    '',
    `  Screens      ${url}/`,
    `  Wall board   ${board}`,
    `  Bed 101 A    ${guest}`,
    '',
    '    user name      password',
    ...rows,
    '',
    '  icu-nurse-1 is yours: start the shift, and calls come to you too.',
    '',
    '',
  ].join('\n');
}
