import { z } from 'zod';
import { slug } from '../../platform/common/values/ids.js';

/** Departments that one request may follow. */
const MAX_DEPARTMENTS = 100;
const PLACE = /^[a-z0-9][a-z0-9-]{0,31}:\d{1,15}$/;

/** `?dept=icu,med`: each once. */
export const departmentsParam = z
  .string()
  .max(MAX_DEPARTMENTS * 33)
  .transform((text) => [...new Set(text.split(','))])
  .pipe(z.array(slug).min(1).max(MAX_DEPARTMENTS));

/** `?after=icu:12,med:3`, and the id of a message of such a stream. */
export const placesParam = z
  .string()
  .max(MAX_DEPARTMENTS * 50)
  .refine((text) => text.split(',').every((place) => PLACE.test(place)))
  .transform(
    (text) => new Map(text.split(',').map((place) => [place.slice(0, place.indexOf(':')), Number(place.slice(place.indexOf(':') + 1))])),
  );
