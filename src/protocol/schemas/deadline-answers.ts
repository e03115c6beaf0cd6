import { z } from 'zod';
import { byColumn, CLOCKS, DEADLINES, LADDER } from '../../ward/deadlines/deadlines.js';

const word = z.string();
const givenSeconds = z.int().min(0).nullable();
/** Deadlines as they are written; null: the next one in line decides. */
export const ownDeadlines = byColumn(DEADLINES, () => givenSeconds);
const inForce = {
  ...{ dept: word, ...byColumn(LADDER, () => z.int().min(1)), own: z.boolean() },
  ...byColumn(CLOCKS, () => givenSeconds),
};
/** A department's deadlines in force. */
export const policy = z.strictObject({ ...inForce, types: z.array(z.strictObject({ type: word, ...ownDeadlines })) });
/** The deadlines of one type in a department. */
export const typePolicy = z.strictObject({ ...inForce, type: word });
