import 'reflect-metadata';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { EXIT_REFUSED, StartRefused } from '../platform/common/start-refused.js';
import { firstParagraph } from '../platform/extensions/own-start.js';
import { readProgram } from './load-hospital.js';

const PARENT_LOOK_MS = 500;

/** Ends this process when the one that waits for it is gone. A thread looks: a file that holds the event loop up would go on for good. */
function endWith(parent: number): void {
  const look = `if (process.ppid !== ${String(parent)}) process.kill(process.pid, 'SIGKILL');`;
  new Worker(`setInterval(() => { ${look} }, ${String(PARENT_LOOK_MS)});`, { eval: true, execArgv: [] }).unref();
}

/** The short-lived child of a supervisor: 0 when the hospital loads and the settings are right, else 78 with a line for each reason. */
async function check(): Promise<number> {
  const [, , file = '', parent] = process.argv;
  endWith(Number(parent));
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
