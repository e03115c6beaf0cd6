import { z } from 'zod';
import { uuid } from '../../platform/common/values/ids.js';
import { freeText } from '../../platform/common/values/text.js';
import { cursorParam, limitParam } from '../../platform/common/values/paging.js';

const MAX_REASON = 500;
/** More nurses than any department has on duty. */
const MAX_QUEUE = 500;

export const pageQuery = z.strictObject({ limit: limitParam, cursor: cursorParam });
export type PageQuery = z.infer<typeof pageQuery>;

/** An instant with its zone; years that a database and a calendar both know. */
const instant = z.iso.datetime({ offset: true, abort: true }).refine((text) => {
  const year = new Date(text).getUTCFullYear();
  return year >= 2000 && year <= 9999;
});
const reason = freeText(MAX_REASON);

export const exclusionBody = z.strictObject({ staff_id: uuid, until: instant, reason });
export type ExclusionBody = z.infer<typeof exclusionBody>;

export const assignmentBody = z
  .strictObject({ primary: uuid, backup: uuid.nullish(), until: instant.nullish() })
  .refine(({ primary, backup }) => primary !== backup, { path: ['backup'] });
export type AssignmentBody = z.infer<typeof assignmentBody>;

export const queueBody = z.strictObject({ staff_ids: z.array(uuid).max(MAX_QUEUE) });
export type QueueBody = z.infer<typeof queueBody>;

export const pauseBody = z.strictObject({ until: instant.optional(), confirm: z.boolean().optional() });
export type PauseBody = z.infer<typeof pauseBody>;

/** Some proxies refuse a `DELETE` with a body: the confirmation may be in the query, too. */
export const endShiftQuery = z.strictObject({ confirm: z.enum(['true', 'false']).optional() });
export type EndShiftQuery = z.infer<typeof endShiftQuery>;
export const endShiftBody = z.strictObject({ confirm: z.boolean().optional() }).default({});
export type EndShiftBody = z.infer<typeof endShiftBody>;
