import { z } from 'zod';

const word = z.string();
const givenSeconds = z.int().min(0).nullable();
/** Deadlines as they are written; null: the next one in line decides. */
export const ownDeadlines = {
  ...{ l1_sec: givenSeconds, l2_sec: givenSeconds, l3_sec: givenSeconds, repeat_sec: givenSeconds },
  ...{ presence_sec: givenSeconds, attendance_sec: givenSeconds },
};
const seconds = z.int().min(1);
const inForce = {
  ...{ dept: word, l1_sec: seconds, l2_sec: seconds, l3_sec: seconds, repeat_sec: seconds, own: z.boolean() },
  ...{ presence_sec: givenSeconds, attendance_sec: givenSeconds },
};
/** A department's deadlines in force. */
export const policy = z.strictObject({ ...inForce, types: z.array(z.strictObject({ type: word, ...ownDeadlines })) });
/** The deadlines of one type in a department. */
export const typePolicy = z.strictObject({ ...inForce, type: word });
