import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Optional } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import pg from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import { Logger } from '../logging/logger.js';
import { tracedWithin } from '../tracing/tracing.js';
import { asDomainError, isTransient } from './database-error.js';
import { Database, type Row } from './database.js';
import type { LentClient, PoolName } from './pools.js';
import { type Ask, StatementBatch } from './statement-batch.js';
import type { Statement } from './statement.js';
import { managerWithin } from './transaction-manager.js';

const MAX_ATTEMPTS = 5;
const RETRY_DELAY_MS = 10;

/** Comments and white space may come first. */
const BY_HAND =
  /^(?:\s|--[^\n]*\n|\/\*[^]*?\*\/)*(?:BEGIN|START\s+TRANSACTION|COMMIT|END|ROLLBACK|ABORT|SAVEPOINT|RELEASE|PREPARE\s+TRANSACTION)\b/i;

/**
 * The writes at the end of a transaction, always in this order. The streams' locks span the commit, so they are taken as late
 * as possible, and in one order everywhere. Lock order of a whole transaction: idempotency key → a person's duty → calls (by id) → the
 * department's queue row → nurses → dept_stream (ids ascending) → audit.
 */
export const BEFORE_COMMIT = { answer: 0, events: 1, audit: 2 } as const;

/** One of the last statements of a transaction. */
export interface LastStatement {
  readonly statement: Statement;
  readonly values: readonly unknown[];
  /** Takes its rows, before what runs after the commit; must not throw. */
  readonly answered?: (rows: readonly Row[]) => void;
}

/** Names the last statements. They travel with the COMMIT, in one message, and the server does not reach it behind one that fails. */
export type LastStep = () => readonly LastStatement[];

/** Not among those that SQL's PREPARE takes. */
const begin: Statement = { name: 'begin', text: 'BEGIN' };
const commit: Statement = { name: 'commit', text: 'COMMIT' };

const MANAGER = Symbol('manager');

function refuseByHand(text: string): void {
  if (BY_HAND.test(text)) throw new Error('a transaction is not begun, ended or divided by hand');
}

/** Every statement that follows one that has failed. */
const ABORTED = '25P02';

/**
 * One open transaction. Statements that are asked in the same turn, as by `Promise.all`, travel together and run in the order in which they were
 * asked; behind one that fails none runs, and each of them rejects with its error. BEGIN travels with the first.
 */
export class Transaction {
  private readonly lastSteps = new Map<number, LastStep>();
  private readonly afterwards: (() => void)[] = [];
  private readonly notes = new Map<symbol, unknown>();
  private readonly waiting: Ask[] = [];
  private isSending = false;
  /** The first error since a statement last succeeded. */
  private failure: unknown;
  /** True once BEGIN is on its way. */
  private hasBegun = false;
  private isOver = false;

  constructor(
    private readonly client: LentClient,
    private readonly source?: DataSource,
  ) {}

  /** TypeORM's manager, in this very transaction: `tx.manager.save(task)`. Nested transactions are refused. */
  get manager(): EntityManager {
    const { source } = this;
    if (!source) throw new Error('this transaction has no entities');
    return this.note(MANAGER, () =>
      managerWithin(source, async (text, values = []) => {
        refuseByHand(text);
        return this.ask({ name: '', text }, values);
      }),
    );
  }

  /** @throws Error for BEGIN, COMMIT, ROLLBACK and SAVEPOINT: they are Wardline's */
  async query<R extends Row>(statement: Statement, values: readonly unknown[] = []): Promise<R[]> {
    refuseByHand(statement.text);
    return (await this.ask(statement, values)).rows as R[];
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

  /** Asks `step` for statements that are sent last. */
  beforeCommit(place: keyof typeof BEFORE_COMMIT, step: LastStep): void {
    this.lastSteps.set(BEFORE_COMMIT[place], step);
  }

  /** Runs once the commit is durable; must not throw. A rollback forgets it. */
  afterCommit(step: () => void): void {
    this.afterwards.push(step);
  }

  /** @internal @returns whether something was written last */
  async commit(): Promise<boolean> {
    const last = [...this.lastSteps].sort(([a], [b]) => a - b).flatMap(([, step]) => step());
    if (last.length === 0 && !this.hasBegun && this.waiting.length === 0) {
      this.isOver = true;
      return false;
    }
    // One turn, and so one message with the COMMIT at its end.
    const written = Promise.all(last.map(({ statement, values }) => this.query(statement, values)));
    const ended = this.ask(commit, []);
    this.isOver = true;
    const [rows, { command }] = await Promise.all([written, ended]);
    // A statement that failed and was swallowed by the work turns COMMIT into ROLLBACK, without an error.
    if (command !== 'COMMIT') throw new Error('the transaction was rolled back: a statement in it had failed');
    for (const [n, { answered }] of last.entries()) answered?.(rows[n] ?? []);
    return last.length > 0;
  }

  /** @internal */
  committed(): void {
    for (const step of this.afterwards) step();
  }

  /** @internal whether the server has anything to roll back */
  get isOpen(): boolean {
    return this.hasBegun;
  }

  /** @internal what was asked and not sent is not sent any more: it would be outside of the transaction */
  abandon(error: unknown): void {
    this.isOver = true;
    for (const ask of this.waiting.splice(0)) ask.reject(error);
  }

  private ask(statement: Statement, values: readonly unknown[]): Promise<pg.QueryResult<Row>> {
    if (this.isOver) return Promise.reject(new Error('the transaction is over'));
    return new Promise((resolve, reject) => {
      this.waiting.push({ statement, values, resolve, reject });
      if (this.waiting.length === 1)
        process.nextTick(() => {
          this.send();
        });
    });
  }

  /** One batch at a time. */
  private send(): void {
    if (this.isSending || this.waiting.length === 0) return;
    const asks = this.waiting.splice(0);
    if (!this.hasBegun) asks.unshift({ statement: begin, values: [], resolve: () => undefined, reject: () => undefined });
    this.hasBegun = true;
    this.isSending = true;
    const batch = new StatementBatch(
      asks.map((ask) => ({
        ...ask,
        reject: (error) => {
          ask.reject(this.causeOf(error));
        },
      })),
      (error) => {
        this.failure = error === undefined ? undefined : this.causeOf(error);
        this.isSending = false;
        this.send();
      },
    );
    this.client.sendBatch(batch);
  }

  /** Behind a failed statement the server says only that there was one. */
  private causeOf(error: unknown): unknown {
    const isConsequence = error instanceof pg.DatabaseError && error.code === ABORTED;
    return isConsequence ? (this.failure ?? error) : error;
  }
}

/** Throws unless the connection is inside the transaction that was begun for it. @param begun transactions that began or were committed since */
function requireOwn(client: LentClient, begun: number): void {
  if (begun > 1 || (begun === 1 && client.getTransactionStatus() === 'I')) throw new Error('the transaction was ended by hand');
}

/** Runs work in transactions: READ COMMITTED, rolled back on any error, run again on a passing conflict. */
@Injectable()
export class Transactions {
  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
    @Optional() @InjectDataSource() private readonly source?: DataSource,
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
    const client = await this.database.poolFor(pool).connect();
    const tx = new Transaction(client, this.source);
    const marks = client.transactionMarks;
    let committed = false;
    try {
      const result = await work(tx);
      requireOwn(client, client.transactionMarks - marks);
      const hasWritten = await tx.commit();
      client.release();
      committed = true;
      if (hasWritten) this.database.noteWrite();
      tx.committed();
      return result;
    } catch (error) {
      this.database.noteFailure(error);
      tx.abandon(error);
      if (!committed) await this.rollback(client, tx.isOpen);
      throw error;
    }
  }

  /** A connection whose ROLLBACK fails is destroyed: it may still be in the transaction. On a lost connection none is sent. */
  private async rollback(client: LentClient, isOpen: boolean): Promise<void> {
    if (client.isDestroyed || !isOpen) {
      client.release(client.isDestroyed);
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
