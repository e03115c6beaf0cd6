import { z } from 'zod';
import type { Deadlines } from '../../ward/calls/policies/escalation-policies.js';

const seconds = z.int().min(1).max(86_400);

/** Presence and attendance; `attendance_sec` 0 means that nobody is asked. */
const presence = { presence_sec: seconds.nullish(), attendance_sec: z.int().min(0).max(86_400).nullish() };
const ladder = { l1_sec: seconds, l2_sec: seconds, l3_sec: seconds, repeat_sec: seconds };

interface Ladder {
  l1_sec?: number | null | undefined;
  l2_sec?: number | null | undefined;
  l3_sec?: number | null | undefined;
  repeat_sec?: number | null | undefined;
}

/** All four or none, rising. */
function isLadder({ l1_sec: l1, l2_sec: l2, l3_sec: l3, repeat_sec: repeat }: Ladder): boolean {
  const given = [l1, l2, l3, repeat].filter((one) => one !== undefined && one !== null).length;
  return given === 0 || (given === 4 && Number(l1) < Number(l2) && Number(l2) < Number(l3));
}

/** A department's deadlines for all of its calls. */
export const departmentDeadlines = z.strictObject({ ...ladder, ...presence }).refine(isLadder, { path: ['l2_sec'] });

/** Deadlines of a type: the ladder may be left out. */
export const typeDeadlines = z
  .strictObject({
    l1_sec: seconds.nullish(),
    l2_sec: seconds.nullish(),
    l3_sec: seconds.nullish(),
    repeat_sec: seconds.nullish(),
    ...presence,
  })
  .refine(isLadder, { path: ['l1_sec'] });

export type DepartmentDeadlines = z.infer<typeof departmentDeadlines>;
export type TypeDeadlines = z.infer<typeof typeDeadlines>;

/** The columns of an entity with deadlines. */
interface DeadlineColumns {
  l1Sec: number | null;
  l2Sec: number | null;
  l3Sec: number | null;
  repeatSec: number | null;
  presenceSec: number | null;
  attendanceSec: number | null;
}

/** As they are stored; null: the next one in line decides. */
export function deadlineColumns(given: TypeDeadlines | null | undefined) {
  return {
    l1Sec: given?.l1_sec ?? null,
    l2Sec: given?.l2_sec ?? null,
    l3Sec: given?.l3_sec ?? null,
    repeatSec: given?.repeat_sec ?? null,
    presenceSec: given?.presence_sec ?? null,
    attendanceSec: given?.attendance_sec ?? null,
  } satisfies DeadlineColumns;
}

/** As they are shown. */
export function deadlinesOf({ l1Sec, l2Sec, l3Sec, repeatSec, presenceSec, attendanceSec }: DeadlineColumns): Deadlines {
  return { l1_sec: l1Sec, l2_sec: l2Sec, l3_sec: l3Sec, repeat_sec: repeatSec, presence_sec: presenceSec, attendance_sec: attendanceSec };
}
