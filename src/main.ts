#!/usr/bin/env node
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startArguments } from './cli/start-arguments.js';

const args = process.argv.slice(2);
const start = startArguments(args);
if (start) {
  // The supervisor stays small: it loads no command.
  const { bootstrap } = await import('./bootstrap.js');
  await bootstrap(start.hospital === undefined ? undefined : pathToFileURL(resolve(start.hospital)));
} else {
  const { runCli } = await import('./cli/cli.js');
  await runCli(args);
}
