import 'reflect-metadata';
import { pathToFileURL } from 'node:url';
import { EXIT_REFUSED, StartRefused } from '../platform/common/start-refused.js';
import { firstParagraph } from '../platform/extensions/own-start.js';
import { readProgram } from './load-hospital.js';

/** The short-lived child of a supervisor: 0 when the hospital loads and the settings are right, else 78 with a line for each reason. */
async function check(): Promise<number> {
  const [, , file = ''] = process.argv;
  try {
    await readProgram(pathToFileURL(file));
    return 0;
  } catch (error) {
    const lines = error instanceof StartRefused ? error.lines : [`${file}: cannot be checked: ${firstParagraph(error)}`];
    process.stderr.write(`${lines.join('\n')}\n`);
    return error instanceof StartRefused ? EXIT_REFUSED : 1;
  }
}

// A hospital's file has no side effects. One that has some must not keep this process.
process.exit(await check());
