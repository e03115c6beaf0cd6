import { z } from 'zod';
import { DomainError } from '../../platform/common/errors.js';

const DAY_MS = 86_400_000;
const DEFAULT_MS = DAY_MS;
const MAX_DAYS = 100;
/** The years that PostgreSQL and JavaScript write alike; a ward's calls are well within. */
const EARLIEST_MS = Date.UTC(2000, 0, 1);
const LATEST_MS = Date.UTC(2200, 0, 1);

const instant = z.iso
  .datetime({ offset: true })
  .transform((text) => Date.parse(text))
  .refine((ms) => ms >= EARLIEST_MS && ms < LATEST_MS);

/** `?from=&to=`: ISO 8601 with a zone (`Z` or an offset, whose `+` is written `%2B` in a URL). Either may be left out. */
export const reportQuery = z.strictObject({ from: instant.optional(), to: instant.optional() });
/** Milliseconds since 1970. */
export type ReportQuery = z.infer<typeof reportQuery>;

/** From `from` on, before `to`; milliseconds since 1970. */
export interface Period {
  from: number;
  to: number;
}

/**
 * Completes the period: `to` is now by default, `from` 24 hours before `to`.
 * @param now milliseconds since 1970, by the database's clock
 * @throws DomainError VALIDATION_FAILED unless `from` lies before `to` and at most 100 days
 */
export function resolvePeriod(query: ReportQuery, now: number): Period {
  const to = query.to ?? now;
  const from = query.from ?? to - DEFAULT_MS;
  if (from >= to) throw invalid('from', 'from must lie before to');
  if (to - from > MAX_DAYS * DAY_MS) throw invalid('from', `a report covers at most ${String(MAX_DAYS)} days`);
  return { from, to };
}

function invalid(path: string, message: string): DomainError {
  return new DomainError('VALIDATION_FAILED', message, { details: { fields: [{ path, problem: 'invalid' }] } });
}
