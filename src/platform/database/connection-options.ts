import type pg from 'pg';

const STATEMENT_TIMEOUT_MS = 3000;
const LOCK_TIMEOUT_MS = 2000;
/** A client that fell silent holds its locks for so long. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 3000;

/** So that the server gives up what a client that is gone without a word has held: its place and the node's lock. Nothing on a socket of the file system. */
const KEEP_ALIVE = { tcp_keepalives_idle: '10', tcp_keepalives_interval: '5', tcp_keepalives_count: '3' };

/**
 * Settings that change what a statement means or how its answer reads. A connection names them itself, because a database and a role can have
 * defaults of their own: `extra_float_digits` rounds a number, `DateStyle` turns a date into text that we misread. `default_transaction_read_only`
 * is not among them: it is how an administrator stops all writes.
 */
export const SESSION_SETTINGS: Readonly<Record<string, string>> = {
  timezone: 'UTC',
  datestyle: 'ISO,MDY',
  intervalstyle: 'postgres',
  extra_float_digits: '1',
  bytea_output: 'hex',
  standard_conforming_strings: 'on',
  client_encoding: 'UTF8',
  search_path: 'public',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  transform_null_equals: 'off',
  array_nulls: 'on',
  xmloption: 'content',
  idle_session_timeout: '0',
};

/** Parameters of a connection URL that are ours to say. */
const OURS = ['options', 'application_name', 'statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'query_timeout'];

function asStartupOptions(given: string): string {
  const ours = Object.entries({ ...SESSION_SETTINGS, ...KEEP_ALIVE }).map(([name, value]) => `-c ${name}=${value.replaceAll(' ', '\\ ')}`);
  return [given, ...ours].filter(Boolean).join(' ');
}

/** The driver prefers what the URL says: its own `options` go before ours, and the rest of what is ours to say is taken out. */
function separate(url: string): { connectionString: string; given: string } {
  if (!URL.canParse(url)) return { connectionString: url, given: '' };
  const parsed = new URL(url);
  const given = parsed.searchParams.get('options') ?? '';
  const overriding = OURS.filter((name) => parsed.searchParams.has(name));
  if (overriding.length === 0) return { connectionString: url, given };
  for (const name of overriding) parsed.searchParams.delete(name);
  return { connectionString: parsed.href, given };
}

/** The options of each connection of Wardline's. The time limits are the server's own; {@link BoundedClient} adds ours. */
export function connectionOptions(url: string, name: string, statementTimeoutMs = STATEMENT_TIMEOUT_MS): pg.PoolConfig {
  const { connectionString, given } = separate(url);
  return {
    connectionString,
    application_name: `wardline-${name}`,
    statement_timeout: statementTimeoutMs,
    lock_timeout: Math.min(LOCK_TIMEOUT_MS, statementTimeoutMs),
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    keepAlive: true,
    options: asStartupOptions(given),
  };
}
