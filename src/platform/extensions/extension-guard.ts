import { Injectable } from '@nestjs/common';
import { InjectMetric, makeCounterProvider } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';
import { Clock } from '../common/clock.js';
import type { Row } from '../database/database.js';
import { type Statement, statement } from '../database/statement.js';
import { Transaction } from '../database/transactions.js';
import { Logger } from '../logging/logger.js';
import { enterExtension } from '../watchdog/loop-beat.js';

/** Failures within a minute after which a point runs on its fallback. */
const MAX_FAILURES = 3;
const WINDOW_MS = 60_000;
/** So long does a point then stay on its fallback. */
const REST_MS = 60_000;

export type ExtensionFailure = 'threw' | 'timeout' | 'invalid';

export const extensionMetricProvider = makeCounterProvider({
  name: 'wardline_extension_failures_total',
  help: 'Failures of code that is not Wardline’s, by extension point: it threw, did not settle in time, or answered what it may not.',
  labelNames: ['point', 'reason'],
});

const savepoint = statement('before_extension', 'SAVEPOINT before_extension');
const rollback = statement('back_before_extension', 'ROLLBACK TO SAVEPOINT before_extension');

/** One call into code that is not Wardline's. */
export interface GuardedCall<T> {
  /** A name of the program's, as `dispatch strategy`; the metric's label has underscores in it. */
  point: string;
  deadlineMs: number;
  /** @param tx refuses every statement once the deadline has passed */
  work: (tx: Transaction, signal: AbortSignal) => Promise<T>;
  /** Whether the answer is one that Wardline may act on. May read in the transaction. */
  isValid: (answer: T) => Promise<boolean> | boolean;
  /** Decides where the extension failed, is late, or answered nonsense. */
  fallback: () => Promise<T>;
}

/** An answer that the extension may not give. */
class InvalidAnswer extends Error {
  override readonly name = 'InvalidAnswer';
}

/** No answer within the deadline. */
class Late extends Error {
  override readonly name = 'Late';
}

/** Stands between Wardline and code that is not its own: such code may fail, the call may not. */
@Injectable()
export class ExtensionGuard {
  private readonly failedAt = new Map<string, number[]>();
  private readonly restsUntil = new Map<string, number>();

  constructor(
    private readonly logger: Logger,
    private readonly clock: Clock,
    @InjectMetric('wardline_extension_failures_total') private readonly failures: Counter,
  ) {}

  /** Inside a transaction: the savepoint undoes what a failed extension has written. */
  async call<T>(tx: Transaction, { point, deadlineMs, work, isValid, fallback }: GuardedCall<T>): Promise<T> {
    if ((this.restsUntil.get(point) ?? 0) > this.clock.now()) return fallback();
    const revocable = new RevocableTransaction(tx);
    const ending = new AbortController();
    await tx.query(savepoint);
    const leave = enterExtension(point);
    try {
      const answer = await inTime(deadlineMs, work(revocable, ending.signal));
      if (!(await isValid(answer))) throw new InvalidAnswer(`${point} answered what it may not`);
      return answer;
    } catch (error) {
      revocable.revoke();
      ending.abort();
      this.failed(point, error);
      await tx.query(rollback);
      return await fallback();
    } finally {
      leave();
    }
  }

  private failed(point: string, error: unknown): void {
    const reason: ExtensionFailure = error instanceof Late ? 'timeout' : error instanceof InvalidAnswer ? 'invalid' : 'threw';
    this.failures.inc({ point: point.replaceAll(' ', '_'), reason });
    const now = this.clock.now();
    const recent = [...(this.failedAt.get(point) ?? []).filter((at) => at > now - WINDOW_MS), now].slice(-MAX_FAILURES);
    this.failedAt.set(point, recent);
    const rests = recent.length === MAX_FAILURES;
    if (rests) this.restsUntil.set(point, now + REST_MS);
    this.logger.error('extension.failed', { point, reason, rests, error });
  }
}

/** A transaction for an extension: it is taken back at the deadline, so that a late statement changes nothing. */
class RevocableTransaction extends Transaction {
  private revoked = false;

  constructor(private readonly own: Transaction) {
    super(undefined as never);
  }

  revoke(): void {
    this.revoked = true;
  }

  override async query<R extends Row>(statement: Statement, values: readonly unknown[] = []): Promise<R[]> {
    this.requireInForce();
    return this.own.query<R>(statement, values);
  }

  override note<T>(key: symbol, make: () => T): T {
    this.requireInForce();
    return this.own.note(key, make);
  }

  override beforeCommit(...args: Parameters<Transaction['beforeCommit']>): void {
    this.requireInForce();
    this.own.beforeCommit(...args);
  }

  override afterCommit(step: () => void): void {
    this.requireInForce();
    this.own.afterCommit(step);
  }

  private requireInForce(): void {
    if (this.revoked) throw new Late('the extension answered too late: its transaction was taken back');
  }
}

async function inTime<T>(ms: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Late(`no answer within ${String(ms)} ms`));
    }, ms);
  });
  // A late failure is not one that nobody handles.
  answer.catch(() => undefined);
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
