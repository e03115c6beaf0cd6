import { Injectable } from '@nestjs/common';
import { Logger } from '../logging/logger.js';
import { Database, type Row } from '../database/database.js';
import type { Statement } from '../database/statement.js';
import { type Transaction, Transactions } from '../database/transactions.js';

export interface Claim<Due> {
  /** Finds the next due row, FOR UPDATE SKIP LOCKED. */
  readonly claim: Statement;
  readonly values?: readonly unknown[];
  readonly handle: (tx: Transaction, due: Due) => Promise<void> | void;
}

export interface RetryingClaim<Due> extends Claim<Due> {
  /** Puts off a row that failed, by its id, so that it does not head every scan. */
  readonly backOff: Statement;
  /** How the log names the row: `call_id`. */
  readonly subject: string;
  /** `escalation.failed` */
  readonly event: string;
  /** Failures because another transaction was first: nothing is put off, and the next scan looks again. */
  readonly isOvertaken?: (error: unknown) => boolean;
  /** So many rows may share a transaction: the claim's last parameter. Without it the claim finds one, and has no such parameter. */
  readonly most?: number;
}

/** How due work claims its rows: one a transaction, or a few, on the engines' pool. */
@Injectable()
export class DueRowProcessor {
  constructor(
    private readonly database: Database,
    private readonly transactions: Transactions,
    private readonly logger: Logger,
  ) {}

  /** @returns false when nothing is due */
  next<Due extends Row>({ claim, values, handle }: Claim<Due>): Promise<boolean> {
    return this.transactions.run(async (tx) => {
      const due = await tx.one<Due>(claim, values);
      if (!due) return false;
      await handle(tx, due);
      return true;
    }, 'engine');
  }

  /**
   * The same, for rows of which one may fail and must not keep the others from their turn. The failing row is put off, and
   * those of its transaction are claimed again. When the commit fails, they are tried one by one.
   */
  async processNext<Due extends Row & { id: string }>(stubborn: RetryingClaim<Due>): Promise<boolean> {
    const { claim, values = [], handle, backOff, subject, event, isOvertaken, most } = stubborn;
    let suspects: string[] = [];
    try {
      return await this.transactions.run(async (tx) => {
        suspects = [];
        const due = await tx.query<Due>(claim, most === undefined ? values : [...values, most]);
        for (const one of due) {
          suspects = [one.id];
          await handle(tx, one);
        }
        suspects = due.map(({ id }) => id);
        return due.length > 0;
      }, 'engine');
    } catch (error) {
      if (isOvertaken?.(error)) return false;
      const [id, ...others] = suspects;
      if (id === undefined) throw error;
      if (others.length > 0) return this.processNext({ ...stubborn, most: 1 });
      this.logger.error(event, { [subject]: id, error });
      await this.database.query(backOff, [id], 'engine');
      return true;
    }
  }

  /** @param deadline answers with `ms`, or with no row where none is known */
  async nextDueIn(deadline: Statement, values: readonly unknown[] = []): Promise<number | undefined> {
    return (await this.nextDue(deadline, values))?.ms ?? undefined;
  }

  /** The same, with the further columns of the statement. */
  async nextDue<Told extends Row>(
    deadline: Statement,
    values: readonly unknown[] = [],
  ): Promise<(Told & { ms: number | null }) | undefined> {
    const [row] = await this.database.query<Told & { ms: number | null }>(deadline, values, 'engine');
    return row;
  }
}
