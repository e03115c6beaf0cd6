import { CommanderError } from 'commander';
import { StartRefused } from '../platform/common/start-refused.js';
import { BackupDamaged, BackupFileFailed } from '../platform/database/backup/backup-file.js';
import { ChainsBroken, NotEmpty } from '../platform/database/backup/restore-backup.js';
import { NothingToBackUp } from '../platform/database/backup/write-backup.js';
import { isDatabaseAway } from '../platform/database/database-error.js';
import { EmbeddedPostgresError } from '../platform/database/embedded/support/embedded-postgres-error.js';
import { CommandFailed, EXIT, type ExitCode } from './exit.js';

/** How a command that failed ends: its lines for stderr, and its exit code. */
export interface Failure {
  readonly exitCode: ExitCode;
  readonly lines: readonly string[];
}

const EXIT_OF_FILE = { made: EXIT.cantCreate, written: EXIT.ioError, opened: EXIT.noInput, read: EXIT.ioError } as const;

export function failureOf(error: unknown): Failure {
  // Help and version are no mistakes; commander has written its own line.
  if (error instanceof CommanderError) return { exitCode: error.exitCode === 0 ? EXIT.ok : EXIT.usage, lines: [] };
  if (error instanceof StartRefused) return { exitCode: EXIT.config, lines: error.lines };
  if (error instanceof CommandFailed) return { exitCode: error.exitCode, lines: [error.message] };
  if (error instanceof BackupFileFailed) return { exitCode: EXIT_OF_FILE[error.step], lines: [error.message] };
  if (error instanceof BackupDamaged) return { exitCode: EXIT.data, lines: [`the file cannot be restored: ${error.message}`] };
  const reason = reasonOf(error);
  if (error instanceof ChainsBroken) return { exitCode: EXIT.data, lines: [reason] };
  if (error instanceof NothingToBackUp) return { exitCode: EXIT.noInput, lines: [reason] };
  if (error instanceof NotEmpty) return { exitCode: EXIT.cantCreate, lines: [reason] };
  if (error instanceof EmbeddedPostgresError && error.code === 'DATA_DIR_IN_USE') return { exitCode: EXIT.unavailable, lines: [reason] };
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
