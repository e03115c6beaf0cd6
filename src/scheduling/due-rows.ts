import { Injectable } from '@nestjs/common';
import { Logger } from '../common/logger.js';
import { Database, type Row } from '../database/database.js';
import type { Statement } from '../database/statement.js';
import { type Transaction, Transactions } from '../database/transactions.js';

export interface Claim<Due> {
  /** Finds the next due row, FOR UPDATE SKIP LOCKED. */
  readonly claim: Statement;
  readonly values?: readonly unknown[];
  readonly handle: (tx: Transaction, due: Due) => Promise<void> | void;
}

export interface StubbornClaim<Due> extends Claim<Due> {
  /** Puts off a row that failed, by its id, so that it does not head every scan. */
  readonly backOff: Statement;
  /** How the log names the row: `call_id`. */
  readonly subject: string;
  /** `escalation.failed` */
  readonly event: string;
}

/** How due work claims its rows: one a transaction, on the engines' pool. */
@Injectable()
export class DueRows {
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

  /** The same where a row that cannot be handled must not keep the others from their turn. */
  async nextOrBackOff<Due extends Row & { id: string }>({ backOff, subject, event, ...claim }: StubbornClaim<Due>): Promise<boolean> {
    let claimed: string | undefined;
    const handle = (tx: Transaction, due: Due) => {
      claimed = due.id;
      return claim.handle(tx, due);
    };
    try {
      return await this.next({ ...claim, handle });
    } catch (error) {
      if (claimed === undefined) throw error;
      this.logger.error(event, { [subject]: claimed, error });
      await this.database.query(backOff, [claimed], 'engine');
      return true;
    }
  }

  /** @param deadline answers with `ms`, or with no row where none is known */
  async nextDueIn(deadline: Statement): Promise<number | undefined> {
    const [row] = await this.database.query<{ ms: number | null }>(deadline, [], 'engine');
    return row?.ms ?? undefined;
  }
}
