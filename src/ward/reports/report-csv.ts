import type { Report } from './report.js';

/** The one header; a section leaves empty what it does not have. New columns are added at the end. */
export const CSV_COLUMNS = [
  ...['section', 'dept', 'from', 'to', 'time_zone', 'type', 'shift', 'interval', 'count', 'p50', 'p90', 'p95', 'p99', 'max'],
  ...['level', 'reached', 'placed', 'completed', 'cancelled', 'open', 'repeats'],
  ...['staff_id', 'dispatched', 'accepted', 'shift_seconds', 'spread'],
  ...['never', 'within_30', 'within_60', 'within_120', 'reminders', 'alarms', 'alarms_per_hour', 'missed_receipts'],
] as const;
type Column = (typeof CSV_COLUMNS)[number];
type CsvRow = Partial<Record<Column, string | number | null>>;

/** A spreadsheet takes a text that begins so for a formula, and runs it. */
const FORMULA = /^[=+\-@\t\r]/;

/** RFC 4180: quoted where a comma, a quote or a line break demands it; quotes are doubled. A number stays one, a text never becomes a formula. */
function field(value: string | number | null | undefined): string {
  const text = typeof value === 'string' && FORMULA.test(value) ? `'${value}` : String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function rowsOf({ intervals, calls, escalations, fairness }: Report): CsvRow[] {
  return [
    ...intervals.map((row) => ({ section: 'interval', ...row })),
    ...calls.map((row) => ({ section: 'calls', ...row })),
    ...escalations.map((row) => ({ section: 'escalation', ...row })),
    ...fairness.nurses.map((row) => ({ section: 'nurse', ...row })),
    { section: 'fairness', spread: fairness.spread },
  ];
}

/**
 * The whole report as one table; times in seconds, `spread` in calls per hour. Every row names department and period, so that several
 * files can be put together.
 */
export function toCsv(report: Report): string {
  const { dept, from, to, time_zone } = report;
  const rows = rowsOf(report).map((row): CsvRow => ({ ...row, dept, from, to, time_zone }));
  return [CSV_COLUMNS.join(','), ...rows.map((row) => CSV_COLUMNS.map((column) => field(row[column])).join(','))]
    .map((line) => `${line}\r\n`)
    .join('');
}

/** `report-icu-20261121T060000Z-20261122T060000Z.csv`: slug, digits and letters, safe in a header and on any disk. */
export function csvFileName({ dept, from, to }: Pick<Report, 'dept' | 'from' | 'to'>): string {
  const compact = (time: string) => time.replace(/\.\d+Z$/, 'Z').replaceAll(/[-:]/g, '');
  return `report-${dept}-${compact(from)}-${compact(to)}.csv`;
}
