import { z } from 'zod';
import { isTimeZone } from '../../common/values/time-zone.js';
import { text } from './setting.js';

export const DEFAULT_FACILITY_NAME = 'Hospital';

/** The hospital, as an empty database learns of it at the first start. */
export const facilitySettings = z.object({
  FACILITY_NAME: text(DEFAULT_FACILITY_NAME, {
    doc: "The hospital's name, 1 to 200 characters, for an empty database; afterwards PATCH /admin/facility.",
  }).refine((name) => name.trim().length >= 1 && name.length <= 200, 'must be 1 to 200 characters'),
  FACILITY_TIME_ZONE: z.string().refine(isTimeZone, 'must be an IANA time zone').optional().meta({
    doc: "The hospital's time zone (IANA), for an empty database; afterwards PATCH /admin/facility.",
    defaultNote: "the machine's zone",
    example: 'Europe/Berlin',
  }),
});
export type FacilitySettings = z.infer<typeof facilitySettings>;
