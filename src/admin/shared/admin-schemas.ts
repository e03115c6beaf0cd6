import { z } from 'zod';
import { isRole } from '../../identity/access/capabilities.js';
import { newPassword } from '../../identity/sign-in/new-password.js';
import { placeId, slug, uuid } from '../../platform/common/values/ids.js';
import { language } from '../../platform/common/values/language.js';
import { cursorParam, limitParam } from '../../platform/common/values/paging.js';
import { freeText, typedText } from '../../platform/common/values/text.js';
import { STATION_KINDS } from '../../ward/hospital/entities/station.entity.js';
import type { Resolution } from '../../operations/metrics/stats-history.service.js';

const name = freeText(200);
export const username = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9][a-z0-9._@-]{0,63}$/);
export const role = z.string().max(32).refine(isRole, 'unknown role').describe('nurse, manager, admin, or a role of the hospital’s own');

export const pageQuery = z.strictObject({ limit: limitParam, cursor: cursorParam });
export const stationsQuery = pageQuery.extend({ dept: slug.optional() });
export const staffQuery = pageQuery.extend({ username: typedText(1, 64).trim().toLowerCase().optional() });
export const membershipsQuery = pageQuery.extend({ staff_id: uuid.optional(), dept: slug.optional() });
export const connectionsQuery = pageQuery.extend({ user: uuid.optional(), server: typedText(1, 200).optional() });
export const sessionsQuery = pageQuery.extend({ user: uuid.optional() });
/** Milliseconds since 1970, written in ISO 8601 or in Unix seconds. */
const instant = z.union([
  z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
  z
    .string()
    .regex(/^\d{1,11}$/)
    .transform((text) => Number(text) * 1000),
]);
/** Seconds from one sample to the next. */
const resolution = z.enum(['10', '10s', '60', '60s', '1m']).transform((text): Resolution => (text.startsWith('10') ? 10 : 60));
export const statsHistoryQuery = z
  .strictObject({ from: instant.default(0), to: instant.default(Number.MAX_SAFE_INTEGER), resolution: resolution.default(10) })
  .refine(({ from, to }) => from <= to, { path: ['from'] });

export const departmentBody = z.strictObject({ id: slug, name });
export const roomBody = z.strictObject({ id: placeId, name });
export const bedBody = z.strictObject({ id: placeId, room_id: placeId, name });
export const renameBody = z.strictObject({ name });
const stationTypes = z.array(z.string().regex(/^[a-z][a-z0-9_]{0,31}$/)).max(100);
export const stationBody = z.strictObject({
  id: placeId,
  room_id: placeId,
  bed_id: placeId.nullish(),
  kind: z.enum(STATION_KINDS),
  name: name.optional(),
  /** The types of call that it may raise; null or left out: those of its kind. */
  types: stationTypes.nullish(),
});
export const stationPatch = stationBody.omit({ id: true }).partial();
export const staffBody = z.strictObject({ username, name, role, password: newPassword.optional(), language: language.nullish() });
export const staffPatch = z.strictObject({
  name: name.optional(),
  role: role.optional(),
  active: z.boolean().optional(),
  language: language.nullish(),
});
export const passwordBody = z.strictObject({ password: newPassword });
export const membershipBody = z.strictObject({ staff_id: uuid, dept: slug });
export type PageQuery = z.infer<typeof pageQuery>;
export type StationBody = z.infer<typeof stationBody>;
export type StationPatch = z.infer<typeof stationPatch>;
export type StaffBody = z.infer<typeof staffBody>;
export type StaffPatch = z.infer<typeof staffPatch>;
