import type { EntityManager, EntityTarget, ObjectLiteral, SelectQueryBuilder } from 'typeorm';

const BATCH = 1000;

/** Says which rows have had their time. The rows' alias is `old`. */
export type Choice<E extends ObjectLiteral> = (rows: SelectQueryBuilder<E>) => SelectQueryBuilder<E>;

/**
 * Removes rows, a bounded number at a time, until none is left: what comes in faster than one batch a round must not pile up. Each batch is a
 * transaction of its own, so that nobody waits for all of them.
 */
export async function purgeRows<E extends ObjectLiteral>(manager: EntityManager, table: EntityTarget<E>, choose: Choice<E>): Promise<void> {
  let gone: number;
  do gone = await purgeBatch(manager, table, choose);
  while (gone > 0);
}

async function purgeBatch<E extends ObjectLiteral>(manager: EntityManager, table: EntityTarget<E>, choose: Choice<E>): Promise<number> {
  const chosen = choose(manager.createQueryBuilder(table, 'old').select('old.ctid')).limit(BATCH);
  const removal = manager.createQueryBuilder().delete().from(table).where(`ctid IN (${chosen.getQuery()})`);
  return (await removal.setParameters(chosen.getParameters()).execute()).affected ?? 0;
}
