/**
 * Why the embedded server is not there:
 * - `UNSUPPORTED_PLATFORM`: no binaries for this machine, or they cannot run on it (musl, `noexec`): `DATABASE_URL` is needed.
 * - `DATA_DIR_IN_USE`: another live Wardline has the data directory; the message names its pid.
 * - `DATA_DIR_UNUSABLE`: the directory cannot be made, entered or understood.
 * - `WRONG_MAJOR_VERSION`: the data were written by another major version of PostgreSQL.
 * - `INIT_FAILED`: the data directory could not be initialised.
 * - `START_FAILED`: the server ended, or was not ready in time.
 * - `STOP_FAILED`: the server outlived even SIGKILL (a disk that does not answer).
 */
export type EmbeddedPostgresErrorCode =
  'UNSUPPORTED_PLATFORM' | 'DATA_DIR_IN_USE' | 'DATA_DIR_UNUSABLE' | 'WRONG_MAJOR_VERSION' | 'INIT_FAILED' | 'START_FAILED' | 'STOP_FAILED';

/** The only error that the launcher of the embedded PostgreSQL throws on purpose. The message is meant for an operator. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';

  constructor(
    readonly code: EmbeddedPostgresErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The `code` of a system or PostgreSQL error (`ENOENT`, `57P03`), if it has one. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
