import { Command } from 'commander';
import { packageVersion } from '../../platform/system/package-version.js';
import { answer } from '../context.js';

export function versionCommand(): Command {
  return new Command('version').description('print the version').action((_options, command: Command) => {
    answer(command, { wardline: packageVersion(), node: process.version }, packageVersion());
  });
}
