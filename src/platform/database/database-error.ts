import pg from 'pg';
import { DomainError } from '../common/errors.js';

const { DatabaseError } = pg;

/** Deadlock, serialization failure, lock not available: the transaction may simply be run again. */
const TRANSIENT = new Set(['40P01', '40001', '55P03']);
/** Timeouts, shutdowns, too many connections, disk full, read-only after a fail-over. */
const UNAVAILABLE = /^(57014|57P0\d|53\w{3}|08\w{3}|25006|25P03|55000|58\w{3}|55P03|40001|40P01)$/;

/** Disk full, the disk fails: some writes are refused and others not. */
const NO_ROOM = new Set(['53100', '58030']);
const READ_ONLY = '25006';

/** Thrown inside a transaction that has to start again, because what it locked turned out not to be all. */
export class RetryTransaction extends Error {
  override readonly name = 'RetryTransaction';
}

/** The driver's error: TypeORM wraps it. */
function driverError(error: unknown): unknown {
  return (error as { driverError?: unknown } | null)?.driverError ?? error;
}

/** The server's answer, where the error is one. */
function serverError(error: unknown): pg.DatabaseError | undefined {
  const driver = driverError(error);
  return driver instanceof DatabaseError ? driver : undefined;
}

export function isTransient(error: unknown): boolean {
  return error instanceof RetryTransaction || TRANSIENT.has(serverError(error)?.code ?? '');
}

/** True when a write was refused because there was no room for it. */
export function isOutOfRoom(error: unknown): boolean {
  return NO_ROOM.has(serverError(error)?.code ?? '');
}

/** True when the server refused because it takes no writes now. */
export function takesNoWrites(error: unknown): boolean {
  return isOutOfRoom(error) || serverError(error)?.code === READ_ONLY;
}

/** True when the row exists already under a unique constraint (of that name). */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  const answer = serverError(error);
  return answer?.code === '23505' && (constraint === undefined || answer.constraint === constraint);
}

/** True when the row is still referred to, or refers to one that does not exist. */
export function isForeignKeyViolation(error: unknown): boolean {
  return serverError(error)?.code === '23503';
}

/** An error of the connection or the server's state, as the caller's typed one; any other stays as it is. */
export function asDomainError(error: unknown): unknown {
  const driver = driverError(error);
  if (driver instanceof DomainError) return driver;
  if (
    driver instanceof RetryTransaction ||
    (driver instanceof DatabaseError ? UNAVAILABLE.test(driver.code ?? '') : isConnectionError(driver))
  ) {
    return new DomainError('UNAVAILABLE', 'the database cannot answer now, try again', { retryAfter: 1, cause: driver });
  }
  // A NUL character, which JSON and URLs can carry and PostgreSQL cannot store.
  if (driver instanceof DatabaseError && driver.code === '22021') {
    return new DomainError('VALIDATION_FAILED', 'a text holds a character that cannot be stored', { cause: driver });
  }
  return error;
}

/** True when no server answers, or none that can take a command now: another try may help. */
export function isDatabaseAway(error: unknown): boolean {
  const driver = driverError(error);
  if (driver instanceof DatabaseError) return /^(25006|53\w{3}|57P0\d|08\w{3})$/.test(driver.code ?? '');
  const { code, syscall } = driver as NodeJS.ErrnoException;
  return isConnectionError(driver) && (code !== 'ENOENT' || syscall === 'connect');
}

function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as Error & { code?: string }).code ?? '';
  return (
    /^(ECONN|EPIPE|ETIMEDOUT|ENOENT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|ENOTFOUND|EMFILE|EAGAIN)/.test(code) ||
    /connection terminated|timeout expired|timeout exceeded when trying to connect|client has encountered a connection error|connection ended|not queryable|client was closed|pool after calling end/i.test(
      error.message,
    )
  );
}
