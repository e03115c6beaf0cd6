import { z } from 'zod';
import {
  byColumn,
  byName,
  CLOCKS,
  type DeadlineName,
  DEADLINES,
  type Deadlines,
  LADDER,
  rises,
  secondsOf,
} from '../../ward/deadlines/deadlines.js';

const ladder = byColumn(LADDER, (_name, deadline) => secondsOf(deadline));
const ladderOrNone = byColumn(LADDER, (_name, deadline) => secondsOf(deadline).nullish());
const clocks = byColumn(CLOCKS, (_name, deadline) => secondsOf(deadline).nullish());

/** All or none, rising. */
function isLadder(given: Partial<Record<keyof typeof ladder, number | null | undefined>>): boolean {
  const levels = byName(LADDER, (_name, { column }) => given[column] ?? Number.NaN);
  const missing = Object.values(levels).filter(Number.isNaN).length;
  return missing === Object.keys(levels).length || (missing === 0 && rises(levels));
}

/** A department's deadlines for all of its calls. */
export const departmentDeadlines = z.strictObject({ ...ladder, ...clocks }).refine(isLadder, { path: ['l2_sec'] });

/** Deadlines of a type: the ladder may be left out. */
export const typeDeadlines = z.strictObject({ ...ladderOrNone, ...clocks }).refine(isLadder, { path: ['l1_sec'] });

export type DepartmentDeadlines = z.infer<typeof departmentDeadlines>;
export type TypeDeadlines = z.infer<typeof typeDeadlines>;

/** As they are stored; null: the next one in line decides. */
export const deadlineColumns = (given: TypeDeadlines | null | undefined) =>
  byName(DEADLINES, (_name, { column }) => given?.[column] ?? null);

/** As they are shown. */
export const deadlinesOf = (row: Record<DeadlineName, number | null>): Deadlines => byColumn(DEADLINES, (name) => row[name]);
