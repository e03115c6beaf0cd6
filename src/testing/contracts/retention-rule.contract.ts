import { deepEqual, equal, match, ok } from 'node:assert/strict';
import type { INestApplication } from '@nestjs/common';
import { RULE_DEADLINE_MS, type RetentionRule } from '../../events/retention/retention-rules.js';
import { within } from '../../platform/common/within.js';
import type { Transaction } from '../../platform/database/transactions.js';
import { PART_NAME } from '../../platform/extensions/part-name.js';
import type { It } from './support/test-runner.js';
import { transactionsOf, tryOnly } from './support/tried-transaction.js';

/** The parts that an implementer brings, so that the contract can be checked. */
export interface RetentionRuleSubject {
  rule: RetentionRule;
  /** The application of a hospital with the tables of the rule: `wardline.app`. */
  app: INestApplication;
  /** Makes one more row that is kept no longer. */
  makeExpired: () => Promise<void>;
  /** Every row of the rule's tables that must stay, as it is committed now. It can be compared, and there is at least one. */
  kept: () => Promise<readonly unknown[]>;
}

const ROWS = 3;
/** As many rows as Wardline asks for in one transaction. */
const ALL = 1000;

/** The promise of `RetentionRule`; call it inside a `describe`. */
export function retentionRuleContract(it: It, subject: () => RetentionRuleSubject): void {
  async function purge(tx: Transaction, limit: number): Promise<number> {
    const late = () => new Error(`it took more than ${String(RULE_DEADLINE_MS)} ms`);
    const removed: unknown = await within(subject().rule.purge(tx, limit), RULE_DEADLINE_MS, late);
    ok(Number.isInteger(removed) && (removed as number) >= 0, `it answers ${String(removed)}, which is no count`);
    ok((removed as number) <= limit, `it removed ${String(removed)} rows, and may remove ${String(limit)}`);
    return removed as number;
  }
  const purgeKept = (limit: number) => transactionsOf(subject().app).run((tx) => purge(tx, limit));
  const makeExpired = async () => {
    await purgeKept(ALL);
    for (let row = 0; row < ROWS; row++) await subject().makeExpired();
  };

  it('has a name that stays', async () => {
    const { rule } = subject();
    match(rule.name, PART_NAME);
    await Promise.resolve();
    equal(rule.name, subject().rule.name);
  });

  it('removes as many rows as it may, says how many, and ends', async () => {
    await makeExpired();
    equal(await purgeKept(ROWS - 1), ROWS - 1);
    equal(await purgeKept(ROWS - 1), 1);
    equal(await purgeKept(ROWS - 1), 0);
  });

  it('removes by the transaction that it is given: what is rolled back is still there', async () => {
    await makeExpired();
    await tryOnly(subject().app, async (tx) => {
      equal(await purge(tx, ALL), ROWS);
    });
    equal(await purgeKept(ALL), ROWS);
  });

  it('leaves every row that is still kept', async () => {
    const { kept } = subject();
    const before = await kept();
    ok(before.length > 0, 'the subject has no row that must stay');
    await makeExpired();
    await purgeKept(ALL);
    deepEqual(await kept(), before);
  });
}
