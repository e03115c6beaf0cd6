import pg from 'pg';
import { currentExtension } from '../common/extension-context.js';
import { BoundedClient } from './bounded-client.js';
import { connectionOptions } from './connection-options.js';

/** The callers that have a pool of their own, so that a flood of one cannot starve another. */
export type PoolName = 'presses' | 'requests' | 'poller' | 'engine' | 'presence' | 'notifications' | 'extensions' | 'probes';

/**
 * `presses`: raising calls, their commands, and who it is that gives them. Nothing else waits there. `extensions`: event consumers and due work of a
 * hospital's own.
 */
const POOL_SIZES: Record<PoolName, number> = {
  presses: 12,
  requests: 6,
  poller: 4,
  engine: 8,
  presence: 4,
  notifications: 2,
  extensions: 4,
  probes: 2,
};
const PROBE_TIMEOUT_MS = 1000;
/** The longest that a borrower waits: for a connection that is given back, or for a new one. */
const BORROW_TIMEOUT_MS = 3000;
const PROBE_BORROW_TIMEOUT_MS = 1500;

type Release = (destroy?: Error | boolean) => void;
type ConnectCallback = (error: Error | undefined, client: pg.PoolClient | undefined, done: Release) => void;

/** The time limit of a pool is a borrower's. A connection that is being made has its own, which is shorter. */
class PooledClient extends BoundedClient {
  constructor({ connectionTimeoutMillis: _, ...config }: pg.ClientConfig = {}) {
    super(config);
  }
}

/** A connection that a pool has lent. */
export type LentClient = pg.PoolClient & BoundedClient;

/**
 * A pool that takes back only usable connections outside a transaction. A connection with a failed or forgotten ROLLBACK is
 * destroyed: pooled, it would swallow the next borrower's writes.
 */
export class GuardedPool extends pg.Pool {
  private heardAt = Number.NEGATIVE_INFINITY;

  constructor(options: pg.PoolConfig) {
    super({ ...options, connectionTimeoutMillis: options.connectionTimeoutMillis ?? BORROW_TIMEOUT_MS, Client: PooledClient });
  }

  /** Milliseconds since a connection was given back in order. */
  get silenceMs(): number {
    return performance.now() - this.heardAt;
  }

  override connect(): Promise<LentClient>;
  override connect(callback: ConnectCallback): void;
  override connect(callback?: ConnectCallback): Promise<LentClient> | void {
    if (callback) {
      super.connect((error, client, done) => {
        callback(error, client, client ? this.guard(client as LentClient) : done);
      });
      return;
    }
    // By the callback, in the turn in which the client is handed out: a server that hangs up right behind its greeting can be read
    // in one chunk with it, and before a promise has come round nobody would hear the error.
    return new Promise((resolve, reject) => {
      super.connect((error, client) => {
        if (client) {
          this.guard(client as LentClient);
          resolve(client as LentClient);
        } else reject(error ?? new Error('the pool gave neither a client nor an error'));
      });
    });
  }

  /** Both ways of giving a client back, its own method and the callback's function, are the same from here on. */
  private guard(client: LentClient): Release {
    const release: Release = client.release.bind(client);
    const guarded: Release = (destroy) => {
      client.takeBack();
      const status = client.getTransactionStatus();
      const isOutside = status === 'I' || status === null;
      const isKept = destroy !== true && !(destroy instanceof Error) && isOutside && !client.isDestroyed;
      if (isKept) this.heardAt = performance.now();
      release(destroy instanceof Error || destroy === true ? destroy : !isKept || client.isRetired);
    };
    let isTakenBack = false;
    client.lend(currentExtension()?.endsAt, (error) => {
      guarded(error);
      isTakenBack = true;
    });
    // A borrower that comes too late gives back what was taken from it.
    const once: Release = (destroy) => {
      if (!isTakenBack) guarded(destroy);
    };
    client.release = once;
    return once;
  }
}

/** Connections of a pool of this node. */
export function poolSize(name: PoolName): number {
  return POOL_SIZES[name];
}

export function createPool(url: string, name: PoolName): GuardedPool {
  const isProbe = name === 'probes';
  return new GuardedPool({
    ...connectionOptions(url, name, isProbe ? PROBE_TIMEOUT_MS : undefined),
    ...(isProbe && { connectionTimeoutMillis: PROBE_BORROW_TIMEOUT_MS }),
    max: POOL_SIZES[name],
    idleTimeoutMillis: 60_000,
  });
}
