import { Command } from 'commander';
import { listSettings, renderEnvExample } from '../../platform/config/render-env-example.js';
import { loadHospital, settingsOfHospital } from '../../program/load-hospital.js';
import { answer, type CommonOptions, hospitalFile } from '../context.js';

export function envExampleCommand(): Command {
  return new Command('env-example')
    .description('print every setting with its default, as a text for .env')
    .action(async (_options, command: Command) => {
      const file = hospitalFile(command.optsWithGlobals<CommonOptions>());
      const own = file && settingsOfHospital(await loadHospital(file));
      answer(command, listSettings(own), renderEnvExample(own).trimEnd());
    });
}
