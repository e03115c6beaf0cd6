#!/usr/bin/env node
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** `wardline`, `wardline start`, and with `--hospital <file>`. Everything else is a command. */
const args = process.argv.slice(2);
const [first, ...others] = args[0] === 'start' ? args.slice(1) : args;
const [file, ...rest] = first === '--hospital' ? others : [];
if (first === undefined || (file !== undefined && rest.length === 0)) {
  // The supervisor stays small: it loads no command.
  const { bootstrap } = await import('./bootstrap.js');
  await bootstrap(file === undefined ? undefined : pathToFileURL(resolve(file)));
} else {
  const { runCli } = await import('./cli/cli.js');
  await runCli(args);
}
