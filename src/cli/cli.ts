import 'reflect-metadata';
import { Command, CommanderError } from 'commander';
import { StartRefused } from '../platform/common/start-refused.js';
import { packageVersion } from '../platform/system/package-version.js';
import { adminCommand } from './admin-create.js';
import { doctorCommand } from './doctor.js';
import { envExampleCommand } from './env-example.js';
import { epochCommand } from './epoch-renew.js';
import { CommandFailed, EXIT } from './exit.js';
import { migrateCommand } from './migrate.js';
import { nodeFlagsCommand } from './node-flags.js';
import { pressCommand } from './press.js';
import { protocolCommand } from './protocol.js';
import { simulateCommand } from './simulate.js';
import { startCommand } from './start.js';
import { versionCommand } from './version.js';

const SUBCOMMANDS = [
  startCommand,
  migrateCommand,
  adminCommand,
  epochCommand,
  pressCommand,
  simulateCommand,
  protocolCommand,
  envExampleCommand,
  doctorCommand,
  versionCommand,
];

/** All commands. */
export function wardlineCommand(): Command {
  const program = new Command('wardline')
    .description('Nurse calls in real time. Settings come from the environment and from .env (wardline env-example).')
    .version(packageVersion(), '-V, --version')
    .option('--hospital <file>', "the hospital's own program, built: ./dist/hospital.js")
    .option('--json', 'answer in JSON')
    .addHelpText(
      'after',
      '\nExit codes are those of sysexits.h: 0, 64 usage, 65 data, 69 unavailable, 70 software, 77 permission, 78 settings.',
    );
  for (const subcommand of SUBCOMMANDS) program.addCommand(subcommand());
  program.addCommand(nodeFlagsCommand(), { hidden: true });
  inheritAll(program);
  return program;
}

/** Runs one command; the process ends with its exit code once its output is written. */
export async function runCli(args: readonly string[]): Promise<void> {
  try {
    await wardlineCommand().parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = reportFailure(error);
  }
}

/** Usage mistakes of subcommands, too, are thrown and not exited with. */
function inheritAll(command: Command): void {
  command.exitOverride().showHelpAfterError('(--help shows how)');
  for (const subcommand of command.commands) {
    subcommand.copyInheritedSettings(command);
    inheritAll(subcommand);
  }
}

function reportFailure(error: unknown): number {
  // Help and version are no mistakes; commander has written its own line.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  const lines = error instanceof StartRefused ? error.lines : [error instanceof Error ? error.message : 'failed'];
  process.stderr.write(`${lines.join('\n')}\n`);
  if (error instanceof StartRefused) return EXIT.config;
  return error instanceof CommandFailed ? error.exitCode : EXIT.software;
}
