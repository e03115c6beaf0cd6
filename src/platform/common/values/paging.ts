import { z } from 'zod';
import { DomainError } from '../errors.js';

export const MAX_PAGE = 200;
const DEFAULT_PAGE = 50;
const MAX_CURSOR = 500;

/** `?limit=` of every list. */
export const limitParam = z
  .string()
  .regex(/^\d{1,3}$/)
  .transform(Number)
  .refine((n) => n >= 1 && n <= MAX_PAGE)
  .default(DEFAULT_PAGE);
export const cursorParam = z.string().min(1).max(MAX_CURSOR).optional();

/** Every list's shape. */
export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

/** @param rows up to `limit + 1` rows; the one too many says that there is a next page */
export function toPage<T>(rows: T[], limit: number, positionOf: (last: T) => unknown): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items, next_cursor: more ? writeCursor(positionOf(last)) : null };
}

/** @param position null: there is no further page */
export function writeCursor(position: unknown): string | null {
  return position === null ? null : Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** @throws DomainError VALIDATION_FAILED for a cursor that this server did not make */
export function readCursor<T extends z.ZodType>(schema: T, cursor: string | undefined): z.output<T> | undefined {
  if (cursor === undefined) return undefined;
  try {
    const result = schema.safeParse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
    if (result.success) return result.data;
  } catch {
    // not JSON: the same answer as for the wrong JSON
  }
  throw new DomainError('VALIDATION_FAILED', 'the cursor is not one of this server', {
    details: { fields: [{ path: 'cursor', problem: 'invalid' }] },
  });
}
