import type pg from 'pg';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';

/** Runs a statement on the connection of an open transaction. */
export type StatementRunner = (text: string, values?: unknown[]) => Promise<pg.QueryResult>;

/**
 * TypeORM's manager of a transaction that is ours: same connection, same commit. TypeORM believes that it is one transaction deep, so that it begins
 * and ends nothing. These fields are not in its types; `test/integration/database/transactions.test.ts` holds that they do what is said here.
 */
export function managerWithin(source: DataSource, run: StatementRunner): EntityManager {
  const runner: QueryRunner = source.createQueryRunner();
  Object.assign(runner, { databaseConnection: { query: run }, isTransactionActive: true, transactionDepth: 1 });
  return runner.manager;
}
