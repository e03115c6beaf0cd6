import type { INestApplication } from '@nestjs/common';
import { type Transaction, Transactions } from '../../../platform/database/transactions.js';

/** The work is done; nothing of it is kept. */
class RolledBack extends Error {
  override readonly name = 'RolledBack';
}

/** The transactions of a hospital's application. */
export function transactionsOf(app: INestApplication): Transactions {
  return app.get(Transactions, { strict: false });
}

/** Runs the work in a transaction that is rolled back. @throws what the work throws */
export async function tryOnly(app: INestApplication, work: (tx: Transaction) => Promise<void>): Promise<void> {
  const done = transactionsOf(app).run(async (tx) => {
    await work(tx);
    throw new RolledBack('a try that is not kept');
  });
  await done.catch((error: unknown) => {
    if (!(error instanceof RolledBack)) throw error;
  });
}
