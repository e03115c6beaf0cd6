import {
  type CallCounts,
  type EscalationRow,
  type Figures,
  INTERVAL_NAMES,
  type IntervalRow,
  LEVELS,
  WITHIN_SEC,
  type Within,
} from './report.js';
import type { CallFiguresRow, RawFigures } from './report-statements.js';

/** Seconds to the millisecond, as exact as the times they come from. */
function toMilliseconds(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}

/** Undefined when no call began the interval. */
function toFigures({ count, begun, max, percentiles, ...answered }: RawFigures): Figures | undefined {
  if (begun === 0) return undefined;
  const [p50 = null, p90 = null, p95 = null, p99 = null] = (percentiles ?? []).map((one) =>
    typeof one === 'number' ? toMilliseconds(one) : null,
  );
  const shares = Object.fromEntries(
    WITHIN_SEC.map((sec) => [`within_${String(sec)}`, toMilliseconds(answered[`within_${String(sec)}` as Within] / begun)]),
  ) as Record<Within, number>;
  return { count, never: begun - count, p50, p90, p95, p99, max: max === null ? null : toMilliseconds(max), ...shares };
}

/** A row for each interval that at least one call of the type and shift has begun. */
export function intervalsOf(rows: readonly CallFiguresRow[]): IntervalRow[] {
  return rows.flatMap((row) =>
    INTERVAL_NAMES.flatMap((interval) => {
      const figures = toFigures(row[interval]);
      return figures ? [{ type: row.type, shift: row.shift ?? ('all' as const), interval, ...figures }] : [];
    }),
  );
}

function overAllShifts(rows: readonly CallFiguresRow[]): CallFiguresRow[] {
  return rows.filter((row) => row.shift === null);
}

export function countsOf(rows: readonly CallFiguresRow[]): CallCounts[] {
  return overAllShifts(rows).map(({ type, placed, completed, cancelled, repeats, reminders }) => {
    return { type, placed, completed, cancelled, open: placed - completed - cancelled, repeats, reminders };
  });
}

/** For every type, the levels that some call has or has passed. */
export function escalationsOf(rows: readonly CallFiguresRow[]): EscalationRow[] {
  return overAllShifts(rows).flatMap(({ type, levels, reached: reachedOf }) =>
    LEVELS.flatMap((level) => {
      const [count, reached] = [levels[level] ?? 0, reachedOf[level] ?? 0];
      return count + reached > 0 ? [{ type, level, count, reached }] : [];
    }),
  );
}
