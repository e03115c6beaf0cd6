import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { BoundedClient } from '../../bounded-client.js';
import { codeOf, EmbeddedPostgresError } from '../support/embedded-postgres-error.js';
import { readPostmasterFile } from '../process/postmaster-file.js';
import type { ServerLog } from '../support/server-log.js';
import type { ServerProcess } from '../process/server-process.js';

/**
 * Long, because it includes replaying up to `max_wal_size` after a crash, on whatever disk there is. A recovery that has met a full disk may wait
 * for its last checkpoint for ever, also when there is room again: it is begun once more.
 */
const LIMITS = { readyMs: 120_000, fullDiskMs: 15_000 };
const FULL_DISK = 'No space left on device';
const LOOK_AT_LOG_MS = 5000;
const POLL_MS = 10;
const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 30_000;
/** Not listening yet, or listening and not letting anybody in yet (57P03). */
const NOT_YET = ['ECONNREFUSED', 'ENOENT', '57P03'];

/**
 * Waits until this very server, and not another one on the same socket or port, has let the superuser in.
 *
 * @returns the connection, which the caller ends
 * @throws EmbeddedPostgresError `START_FAILED` when the server ends or the time is up; the reason without the log
 */
export async function connectWhenReady(
  server: Pick<ServerProcess, 'pid' | 'hasEnded' | 'ended'>,
  dataDirectory: string,
  url: string,
  log: ServerLog,
  limits = LIMITS,
): Promise<pg.Client> {
  const startedMs = performance.now();
  let lookAtMs = limits.fullDiskMs;
  for (let elapsedMs = 0; elapsedMs < limits.readyMs; elapsedMs = performance.now() - startedMs) {
    if (elapsedMs > lookAtMs) {
      lookAtMs = elapsedMs + LOOK_AT_LOG_MS;
      if (await log.mentions(FULL_DISK)) throw new EmbeddedPostgresError('START_FAILED', `not ready after it met a full disk`);
    }
    if (server.hasEnded) throw new EmbeddedPostgresError('START_FAILED', await server.ended);
    const file = await readPostmasterFile(dataDirectory);
    if (file?.pid === server.pid && file.status === 'ready') {
      const client = await connect(url);
      if (client !== undefined) return client;
    }
    await sleep(POLL_MS);
  }
  throw new EmbeddedPostgresError('START_FAILED', `not ready within ${String(limits.readyMs / 1000)} s`);
}

/** Proves that a role can sign in with its password. */
export async function proveSignIn(url: string): Promise<void> {
  const client = await connect(url);
  await client?.end();
  if (client === undefined) throw new EmbeddedPostgresError('START_FAILED', 'the server takes no connections');
}

async function connect(url: string): Promise<pg.Client | undefined> {
  const client = new BoundedClient({
    connectionString: url,
    application_name: 'wardline-launcher',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
  });
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    if (NOT_YET.includes(codeOf(error) ?? '')) return undefined;
    throw error;
  }
}
