import { z } from 'zod';
import { language } from '../../platform/common/values/language.js';
import { freeText } from '../../platform/common/values/text.js';
import { isTimeZone } from '../../platform/common/values/time-zone.js';

const MAX_LANGUAGES = 20;
const MAX_SHIFTS = 12;

const shift = z.strictObject({
  /** `all` is a report's row of every shift. */
  name: z.string().regex(/^(?!all$)[a-z][a-z0-9_]{0,31}$/),
  start: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/),
});

const areDistinct = (values: readonly string[]) => new Set(values).size === values.length;

export const facilityPatch = z.strictObject({
  name: freeText(200).optional(),
  time_zone: z.string().max(64).refine(isTimeZone).optional(),
  languages: z.array(language).min(1).max(MAX_LANGUAGES).refine(areDistinct).optional(),
  shifts: z
    .array(shift)
    .min(1)
    .max(MAX_SHIFTS)
    .refine((shifts) => areDistinct(shifts.map(({ name }) => name)) && areDistinct(shifts.map(({ start }) => start)))
    .transform((shifts) => shifts.toSorted((a, b) => (a.start < b.start ? -1 : 1)))
    .optional(),
});
export type FacilityPatch = z.infer<typeof facilityPatch>;
