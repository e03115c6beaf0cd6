import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import { Logger } from '../logging/logger.js';
import { tracedWithin } from '../tracing/tracing.js';
import { asDomainError, isTransient } from './database-error.js';
import { Database, type Row } from './database.js';
import type { LentClient, PoolName } from './pools.js';
import type { Statement } from './statement.js';

const MAX_ATTEMPTS = 5;
const RETRY_DELAY_MS = 10;

/**
 * What is written last, in this order, whoever asked first: the streams' locks span the commit, so they are
 * taken as late as possible, and in one order everywhere. Lock order of a whole transaction: idempotency key → calls (by id) →
 * the department's queue row → nurses → dept_stream (ids ascending) → audit.
 */
export const BEFORE_COMMIT = { events: 0, audit: 1 } as const;

/**
 * Runs among the last statements, or answers with the text of one, complete with its values: the very last of all travels in one message with
 * the COMMIT. The server does not reach a COMMIT behind a statement that fails.
 */
export type LastStep = () => Promise<string | undefined>;

/** One open transaction. Statements run one after another; none after it has ended. */
export class Transaction {
  private readonly lastSteps = new Map<number, LastStep>();
  private readonly afterwards: (() => void)[] = [];
  private readonly notes = new Map<symbol, unknown>();

  constructor(private readonly client: pg.PoolClient) {}

  async query<R extends Row>(statement: Statement, values: readonly unknown[] = []): Promise<R[]> {
    const result = await this.client.query<R>({ ...statement, values: [...values] });
    return result.rows;
  }

  /** The only row, or undefined. */
  async one<R extends Row>(statement: Statement, values: readonly unknown[] = []): Promise<R | undefined> {
    const rows = await this.query<R>(statement, values);
    return rows[0];
  }

  /** Something kept for the length of the transaction, made at the first asking. */
  note<T>(key: symbol, make: () => T): T {
    if (!this.notes.has(key)) this.notes.set(key, make());
    return this.notes.get(key) as T;
  }

  /** Runs `step` among the last statements. */
  beforeCommit(place: keyof typeof BEFORE_COMMIT, step: LastStep): void {
    this.lastSteps.set(BEFORE_COMMIT[place], step);
  }

  /** Runs once the commit is durable; must not throw. A rollback forgets it. */
  afterCommit(step: () => void): void {
    this.afterwards.push(step);
  }

  /** @internal @returns the text of the last statement, which is still to be sent; undefined when there is none */
  async finish(): Promise<string | undefined> {
    let last: string | undefined;
    for (const [, step] of [...this.lastSteps].sort(([a], [b]) => a - b)) {
      if (last !== undefined) await this.client.query(last);
      last = await step();
    }
    return last;
  }

  /** @internal */
  committed(): void {
    for (const step of this.afterwards) step();
  }
}

/** @returns what the server says that it did: `COMMIT`, or `ROLLBACK` */
async function commit(client: pg.PoolClient, last: string | undefined): Promise<string | undefined> {
  if (last === undefined) return (await client.query('COMMIT')).command;
  // Several statements in one message are answered one by one, which the driver's types do not know.
  const answers = (await client.query(`${last}; COMMIT`)) as unknown as pg.QueryResult[];
  return answers.at(-1)?.command;
}

/** Runs work in transactions: READ COMMITTED, rolled back on any error, run again on a passing conflict. */
@Injectable()
export class Transactions {
  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
  ) {}

  /**
   * Resolves once the commit is durable. `work` may run several times and must keep its effects inside the transaction.
   * @throws what `work` throws; DomainError UNAVAILABLE when the database cannot answer. When the connection is lost in
   * the COMMIT itself the outcome is unknown to us: the caller's idempotency key settles it on the next try.
   */
  run<T>(work: (tx: Transaction) => Promise<T>, pool: PoolName = 'requests'): Promise<T> {
    return tracedWithin('transaction', { pool }, () => this.retry(work, pool));
  }

  private async retry<T>(work: (tx: Transaction) => Promise<T>, pool: PoolName): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.attempt(work, pool);
      } catch (error) {
        if (!isTransient(error) || attempt === MAX_ATTEMPTS) throw asDomainError(error);
        this.logger.debug('transaction.retry', { attempt, error });
        await sleep(RETRY_DELAY_MS * attempt * (1 + Math.random()));
      }
    }
  }

  private async attempt<T>(work: (tx: Transaction) => Promise<T>, pool: PoolName): Promise<T> {
    const client = await this.database.pool(pool).connect();
    const tx = new Transaction(client);
    let committed = false;
    try {
      await client.query('BEGIN');
      const result = await work(tx);
      const last = await tx.finish();
      // A statement that failed and was swallowed by `work` turns COMMIT into ROLLBACK, without an error.
      if ((await commit(client, last)) !== 'COMMIT') throw new Error('the transaction was rolled back: a statement in it had failed');
      client.release();
      committed = true;
      if (last !== undefined) this.database.noteWrite();
      tx.committed();
      return result;
    } catch (error) {
      this.database.noteFailure(error);
      if (!committed) await this.rollback(client);
      throw error;
    }
  }

  /** A connection whose ROLLBACK fails is destroyed: it may still stand in the transaction. One that is lost is not asked for it. */
  private async rollback(client: LentClient): Promise<void> {
    if (client.isDestroyed) {
      client.release(true);
      return;
    }
    try {
      await client.query('ROLLBACK');
      client.release();
    } catch (error) {
      this.logger.warn('transaction.rollback_failed', { error });
      client.release(true);
    }
  }
}
