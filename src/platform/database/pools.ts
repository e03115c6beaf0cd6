import pg from 'pg';

/** Whose queries a pool serves. Each has its own, so that a flood of one cannot starve another. */
export type PoolName = 'requests' | 'poller' | 'engine' | 'presence' | 'notifications' | 'probes';

const POOL_SIZES: Record<PoolName, number> = { requests: 16, poller: 4, engine: 8, presence: 4, notifications: 2, probes: 2 };
const CONNECT_TIMEOUT_MS = 3000;
const STATEMENT_TIMEOUT_MS = 3000;
const LOCK_TIMEOUT_MS = 2000;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 5000;
const PROBE_TIMEOUT_MS = 1000;
/** For a server that has stopped answering, its own time-outs included. Only probes have it: they are single statements, never in a transaction. */
const PROBE_PATIENCE_MS = 1500;

type Release = (destroy?: Error | boolean) => void;
type ConnectCallback = (error: Error | undefined, client: pg.PoolClient | undefined, done: Release) => void;

/**
 * A pool that takes back only connections that stand outside of a transaction. One whose ROLLBACK failed, or was
 * forgotten, is destroyed: pooled, it would swallow the next borrower's writes.
 */
export class GuardedPool extends pg.Pool {
  override connect(): Promise<pg.PoolClient>;
  override connect(callback: ConnectCallback): void;
  override connect(callback?: ConnectCallback): Promise<pg.PoolClient> | void {
    if (callback) {
      super.connect((error, client, done) => {
        callback(error, client, client ? guard(client) : done);
      });
      return;
    }
    // By the callback, in the turn in which the client is handed out: a server that hangs up right behind its greeting can be read
    // in one chunk with it, and before a promise has come round nobody would hear the error.
    return new Promise((resolve, reject) => {
      super.connect((error, client) => {
        if (client) {
          guard(client);
          resolve(client);
        } else reject(error ?? new Error('the pool gave neither a client nor an error'));
      });
    });
  }
}

type Guarded = pg.PoolClient & { getTransactionStatus(): string | null };

/** A connection lost between two statements: the next one fails, and says so to who waits. Unheard, it would end the process. */
function ignore(): void {
  // see above
}

/** Both ways of giving a client back, its own method and the callback's function, are the same from here on. */
function guard(client: pg.PoolClient): Release {
  const release: Release = client.release.bind(client);
  const guarded: Release = (destroy) => {
    client.off('error', ignore);
    const status = (client as Guarded).getTransactionStatus();
    const isOutside = status === 'I' || status === null;
    release(destroy instanceof Error || destroy === true ? destroy : !isOutside);
  };
  client.on('error', ignore);
  client.release = guarded;
  return guarded;
}

/** What every connection of Wardline's is opened with. The limits are the server's own: they hold even when we hang. */
export function connectionOptions(url: string, name: string, statementTimeoutMs = STATEMENT_TIMEOUT_MS): pg.PoolConfig {
  return {
    connectionString: url,
    application_name: `wardline-${name}`,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: statementTimeoutMs,
    lock_timeout: Math.min(LOCK_TIMEOUT_MS, statementTimeoutMs),
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    keepAlive: true,
    options: '-c timezone=UTC -c default_transaction_isolation=read\\ committed',
  };
}

export function createPool(url: string, name: PoolName): GuardedPool {
  const options = { max: POOL_SIZES[name], idleTimeoutMillis: 60_000 };
  if (name !== 'probes') return new GuardedPool({ ...connectionOptions(url, name), ...options });
  const patience = { query_timeout: PROBE_PATIENCE_MS, connectionTimeoutMillis: PROBE_PATIENCE_MS };
  return new GuardedPool({ ...connectionOptions(url, name, PROBE_TIMEOUT_MS), ...options, ...patience });
}
