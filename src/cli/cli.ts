import 'reflect-metadata';
import { Command } from 'commander';
import { packageVersion } from '../platform/system/package-version.js';
import { adminCommand } from './database/admin-create.js';
import { backupCommand } from './database/backup.js';
import { doctorCommand } from './doctor/doctor.js';
import { envExampleCommand } from './print/env-example.js';
import { epochCommand } from './database/epoch-renew.js';
import { failureOf } from './failure.js';
import { migrateCommand } from './database/migrate.js';
import { nodeFlagsCommand } from './print/node-flags.js';
import { pressCommand } from './simulate/press.js';
import { protocolCommand } from './print/protocol.js';
import { restoreCommand } from './database/restore.js';
import { simulateCommand } from './simulate/simulate.js';
import { startCommand } from './start.js';
import { versionCommand } from './print/version.js';

const SUBCOMMANDS = [
  startCommand,
  migrateCommand,
  adminCommand,
  epochCommand,
  backupCommand,
  restoreCommand,
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
      '\nExit codes are those of sysexits.h: 0, 64 usage, 65 data, 66 no input, 69 unavailable, 70 software, 73 cannot create, 74 input or output, 77 permission, 78 settings.',
    );
  for (const subcommand of SUBCOMMANDS) program.addCommand(subcommand());
  program.addCommand(nodeFlagsCommand(), { hidden: true });
  inheritAll(program);
  return program;
}

/** Runs one command; the process ends with its exit code once its output is written. */
export async function runCli(args: readonly string[]): Promise<void> {
  try {
    await wardlineCommand().parseAsync(isVersion(args) ? ['version', '--json'] : args, { from: 'user' });
  } catch (error) {
    const { exitCode, lines } = failureOf(error);
    if (lines.length > 0) process.stderr.write(`${lines.join('\n')}\n`);
    process.exitCode = exitCode;
  }
}

/** `--version --json`: the option knows no JSON, the command does. */
function isVersion(args: readonly string[]): boolean {
  return args.length === 2 && args.includes('--json') && args.some((one) => one === '--version' || one === '-V');
}

/** Usage mistakes of subcommands, too, are thrown and not exited with. */
function inheritAll(command: Command): void {
  command.exitOverride().showHelpAfterError('(--help shows how)');
  for (const subcommand of command.commands) {
    subcommand.copyInheritedSettings(command);
    inheritAll(subcommand);
  }
}
