import type { Database } from './database.js';
import type { Statement } from './statement.js';

/**
 * Repeats a statement that removes a bounded number of rows and returns a row for each, until it finds none: what comes in faster than one batch a round
 * must not pile up. Each batch is a transaction of its own, so that nobody waits for all of them.
 */
export async function purgeAll(database: Database, batch: Statement, values: readonly unknown[] = []): Promise<void> {
  let gone: number;
  do gone = (await database.query(batch, values)).length;
  while (gone > 0);
}
