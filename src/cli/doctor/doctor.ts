import { Command } from 'commander';
import { StartRefused } from '../../platform/common/start-refused.js';
import { answer, programOf } from '../context.js';
import { checkDatabase } from './database-check.js';
import type { Finding } from './finding.js';
import { checkCertificate, checkDataFolder, checkKernel, checkPort } from './machine-check.js';
import { checkRedis } from './redis-check.js';
import { EXIT } from '../exit.js';

/** `ok` is fine, `warn` runs with a risk, `fail` does not start or loses calls. */
const EXIT_OF_FAILURE: Record<Finding['check'], number> = {
  settings: EXIT.config,
  database: EXIT.unavailable,
  redis: EXIT.unavailable,
  port: EXIT.unavailable,
  files: EXIT.noPermission,
  certificate: EXIT.config,
  clock: EXIT.software,
  kernel: EXIT.software,
};

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('look at settings, database, Redis, port, files, certificate, clock and kernel limits, and say what to do')
    .action(async (_options, command: Command) => {
      const findings = await examine(command);
      answer(
        command,
        findings,
        findings.map(
          ({ state, check, found, advice }) => `${state.padEnd(5)}${check}: ${found}${advice === undefined ? '' : `. ${advice}`}`,
        ),
      );
      const failed = findings.find(({ state }) => state === 'fail');
      if (failed) process.exitCode = EXIT_OF_FAILURE[failed.check];
    });
}

async function examine(command: Command): Promise<Finding[]> {
  try {
    const { config, hospital } = await programOf(command);
    const settings: Finding = { check: 'settings', state: 'ok', found: `valid${hospital ? `, with those of ${hospital.name}` : ''}` };
    const parts = await Promise.all([
      checkDatabase(config, hospital),
      checkRedis(config),
      checkPort(config),
      checkDataFolder(config),
      checkCertificate(config),
    ]);
    return [settings, ...parts.flat(), ...checkKernel(config)];
  } catch (error) {
    if (!(error instanceof StartRefused)) throw error;
    return error.lines.map((line) => ({ check: 'settings', state: 'fail', found: line }));
  }
}
