import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type pg from 'pg';
import { currentExtension } from '../common/extension-context.js';
import { Logger } from '../logging/logger.js';
import { ConnectionRetired } from './bounded-client.js';
import { asDomainError, isOutOfRoom } from './database-error.js';
import { createPool, type GuardedPool, type PoolName } from './pools.js';
import type { Statement } from './statement.js';

/** The injection token of the connection URL that requests run under. */
export const DATABASE_URL = Symbol('database url');

/** A row of an answer. */
export type Row = pg.QueryResultRow;

/** A disk that is full refuses the writes that need room, and not each one. A refusal counts for so long. */
const REFUSAL_MS = 10_000;

/** The pools, and single statements outside of a transaction. */
@Injectable()
export class Database implements OnApplicationShutdown {
  private readonly pools: Record<PoolName, GuardedPool>;
  private refusedAt = Number.NEGATIVE_INFINITY;

  constructor(
    @Inject(DATABASE_URL) url: string,
    private readonly logger: Logger,
  ) {
    this.pools = {
      presses: this.open(url, 'presses'),
      requests: this.open(url, 'requests'),
      poller: this.open(url, 'poller'),
      engine: this.open(url, 'engine'),
      presence: this.open(url, 'presence'),
      notifications: this.open(url, 'notifications'),
      extensions: this.open(url, 'extensions'),
      probes: this.open(url, 'probes'),
    };
  }

  /** Work of an extension that nobody waits for has a pool of its own, whatever pool it names. */
  pool(name: PoolName): pg.Pool {
    return this.poolFor(name);
  }

  /** @internal its connections send batches */
  poolFor(name: PoolName): GuardedPool {
    return this.pools[currentExtension()?.isBackground === true ? 'extensions' : name];
  }

  /** @internal */
  named(): (readonly [PoolName, GuardedPool])[] {
    return Object.entries(this.pools) as [PoolName, GuardedPool][];
  }

  /** A write found no room a short while ago, and none has been taken since. */
  get isRefusingWrites(): boolean {
    return performance.now() - this.refusedAt < REFUSAL_MS;
  }

  /** @internal a transaction that has written is durable */
  noteWrite(): void {
    this.refusedAt = Number.NEGATIVE_INFINITY;
  }

  /** @internal */
  noteFailure(error: unknown): void {
    if (isOutOfRoom(error)) this.refusedAt = performance.now();
  }

  /**
   * One prepared statement in its own implicit transaction.
   * @throws DomainError UNAVAILABLE when the database cannot answer.
   */
  async query<R extends Row>(statement: Statement, values: readonly unknown[] = [], pool: PoolName = 'requests'): Promise<R[]> {
    try {
      const result = await this.pool(pool).query<R>({ ...statement, values: [...values] });
      return result.rows;
    } catch (error) {
      this.noteFailure(error);
      throw asDomainError(error);
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.allSettled(Object.values(this.pools).map((pool) => pool.end()));
  }

  private open(url: string, name: PoolName): GuardedPool {
    const pool = createPool(url, name);
    // An idle connection that the server closed; the pool has removed it already.
    pool.on('error', (error) => {
      this.logger[error instanceof ConnectionRetired ? 'debug' : 'warn']('database.connection_lost', { pool: name, error });
    });
    return pool;
  }
}
