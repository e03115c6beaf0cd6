import { Command } from 'commander';
import { bootstrap } from '../bootstrap.js';
import { type CommonOptions, hospitalFile } from './context.js';

export function startCommand(): Command {
  return new Command('start')
    .description('run Wardline until a signal ends it (the default)')
    .action(async (_options, command: Command) => {
      await bootstrap(hospitalFile(command.optsWithGlobals<CommonOptions>()));
    });
}
