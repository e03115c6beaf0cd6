import { CommanderError } from 'commander';
import { StartRefused } from '../platform/common/start-refused.js';
import { isDatabaseAway } from '../platform/database/database-error.js';
import { CommandFailed, EXIT, type ExitCode } from './exit.js';

/** How a command that failed ends: its lines for stderr, and its exit code. */
export interface Failure {
  readonly exitCode: ExitCode;
  readonly lines: readonly string[];
}

export function failureOf(error: unknown): Failure {
  // Help and version are no mistakes; commander has written its own line.
  if (error instanceof CommanderError) return { exitCode: error.exitCode === 0 ? EXIT.ok : EXIT.usage, lines: [] };
  if (error instanceof StartRefused) return { exitCode: EXIT.config, lines: error.lines };
  if (error instanceof CommandFailed) return { exitCode: error.exitCode, lines: [error.message] };
  const reason = reasonOf(error);
  if (isDatabaseAway(error)) return { exitCode: EXIT.unavailable, lines: [`the database does not answer: ${reason}`] };
  return { exitCode: EXIT.software, lines: [reason] };
}

/** The reason of a failure, without a stack. A name with several addresses fails once for each, with a message of its own that is empty. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'failed';
  if (error.message !== '') return error.message;
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.map(reasonOf).join(', ');
  return (error as NodeJS.ErrnoException).code ?? error.name;
}
