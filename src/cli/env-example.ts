import { Command } from 'commander';
import { renderEnvExample } from '../platform/config/render-env-example.js';
import { loadHospital, settingsOfHospital } from '../program/load-hospital.js';
import { type CommonOptions, hospitalFile } from './context.js';

export function envExampleCommand(): Command {
  return new Command('env-example')
    .description('print every setting with its default, as a text for .env')
    .action(async (_options, command: Command) => {
      const file = hospitalFile(command.optsWithGlobals<CommonOptions>());
      process.stdout.write(renderEnvExample(file && settingsOfHospital(await loadHospital(file))));
    });
}
