import { equal, match, ok } from 'node:assert/strict';
import type { INestApplication } from '@nestjs/common';
import { within } from '../../platform/common/within.js';
import type { Transaction } from '../../platform/database/transactions.js';
import { PART_NAME } from '../../platform/extensions/part-name.js';
import type { DueQuestion, DueWork } from '../../platform/scheduling/due-work.js';
import type { It } from './support/test-runner.js';
import { tryOnly } from './support/tried-transaction.js';
import { until } from './support/until.js';

/** The parts that an implementer brings, so that the contract can be checked. */
export interface DueWorkSubject {
  work: DueWork;
  /** The application of a hospital with the tables of the work: `wardline.app`. It may run the work meanwhile. */
  app: INestApplication;
  /** Makes one more row due. */
  makeDue: () => Promise<void>;
  /** How many rows have been handled since the start, as it is committed now: events, or rows that the work has written. */
  handled: () => Promise<number>;
}

/** Wardline waits so long for one row. */
const LIMIT_MS = 30_000;
/** More rows than these are never due in a check. */
const MANY = 200;
const NODES = 4;
const ROWS = 6;

/** The promise of `DueWork`; call it inside a `describe`. */
export function dueWorkContract(it: It, subject: () => DueWorkSubject): void {
  const handleOne = (): Promise<boolean> =>
    within(subject().work.handleOne(), LIMIT_MS, () => new Error(`it took more than ${String(LIMIT_MS)} ms for one row`));

  /** One node: takes rows until there are none. */
  async function handleAll(): Promise<number> {
    for (let rows = 0; rows < MANY; rows++) if (!(await handleOne())) return rows;
    throw new Error(`it never says that nothing is due: ${String(MANY)} rows one after the other`);
  }

  it('has a name that stays', async () => {
    const { work } = subject();
    match(work.name, PART_NAME);
    await Promise.resolve();
    equal(work.name, subject().work.name);
  });

  it('answers false when nothing is due, as often as it is asked', async () => {
    await handleAll();
    for (let times = 0; times < 3; times++) equal(await handleOne(), false);
  });

  it('handles each due row once, however many nodes look for it', async () => {
    await handleAll();
    const { makeDue, handled } = subject();
    const before = await handled();
    for (let row = 0; row < ROWS; row++) await makeDue();
    const taken = await Promise.all(Array.from({ length: NODES }, handleAll));
    ok(taken.reduce((sum, rows) => sum + rows, 0) <= ROWS, 'it says more often that it has handled a row than rows were due');
    await until(async () => ((await handled()) >= before + ROWS ? true : undefined), 'every due row handled');
    await handleAll();
    equal(await handled(), before + ROWS, 'a row was handled twice');
  });

  it('looks for due rows without a change, and says in milliseconds when the next one is due', async () => {
    const { look } = subject().work;
    if (!look) return;
    const read = async (tx: Transaction, { statement, values = [] }: DueQuestion) => tx.query<Record<string, unknown>>(statement, values);
    await handleAll();
    await tryOnly(subject().app, async (tx) => {
      equal((await read(tx, look.claim)).length, 0, 'it finds a row where nothing is due');
      if (!look.next) return;
      const next = await read(tx, look.next);
      ok(next.length <= 1, 'it answers with more than one row');
      const ms: unknown = next[0]?.['ms'] ?? null;
      ok(ms === null || Number.isFinite(Number(ms)), 'it has no `ms`');
    });
  });
}
