import { z } from 'zod';
import { freeText } from '../../platform/common/values/text.js';
import { language } from '../../platform/common/values/language.js';
import { CANCEL_POLICIES, DISPATCH_MODES } from '../../ward/hospital/entities/call-type.entity.js';
import { STATION_KINDS } from '../../ward/hospital/entities/station.entity.js';
import { callTypeId } from '../../ward/hospital/call-type-definition.js';
import { pageQuery } from '../shared/admin-schemas.js';
import { typeDeadlines } from './deadlines-schema.js';

const MAX_LABELS = 20;

/** A name of the type in each language. */
const labels = z.record(language, freeText(100)).refine((given) => Object.keys(given).length <= MAX_LABELS);

export const callTypeBody = z.strictObject({
  id: callTypeId,
  rank: z.int().min(0).max(9),
  dispatch: z.enum(DISPATCH_MODES),
  cancel_policy: z.enum(CANCEL_POLICIES),
  labels: labels.optional(),
  /** The kinds of station that may raise it; all, unless given. */
  station_kinds: z.array(z.enum(STATION_KINDS)).max(STATION_KINDS.length).optional(),
  escalation: typeDeadlines.nullish(),
});
export const callTypePatch = callTypeBody.omit({ id: true }).partial().extend({ retired: z.boolean().optional() });
export const callTypesQuery = pageQuery.extend({
  retired: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true'),
});

export type CallTypeBody = z.infer<typeof callTypeBody>;
export type CallTypePatch = z.infer<typeof callTypePatch>;
export type CallTypesQuery = z.infer<typeof callTypesQuery>;
