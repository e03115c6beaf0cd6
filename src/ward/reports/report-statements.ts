import { statement } from '../../platform/database/statement.js';
import type { DispatchTarget } from '../calls/dispatch/dispatch.js';
import { INTERVAL_NAMES, INTERVALS, type Interval, LEVELS, type NurseLoad, WITHIN_SEC, type WardShift, type Within } from './report.js';
import { leads } from '../../identity/access/capabilities.js';

/** Reasons of an annunciation that was one nurse's turn; a new one does not compile until it is placed here. */
const BY_DISPATCH: Record<DispatchTarget['reason'], true> = { primary: true, backup: true, queue: true };

const OF_PERIOD = 'c.dept_id = $1 AND c.placed_at >= $2::timestamptz AND c.placed_at < $3::timestamptz';

/**
 * Seconds; null for a call that did not begin the interval, infinite for one that has not reached its end. Nobody waits for a
 * cancellation. A person may accept before any device has confirmed that it shows the call: 0, not less.
 */
function seconds(interval: Interval): string {
  const [from, to] = INTERVALS[interval];
  const never = interval === 'cancellation' ? 'NULL' : "'Infinity'";
  return `CASE WHEN c.${from} IS NULL THEN NULL WHEN c.${to} IS NULL THEN ${never} WHEN c.${to} < c.${from} THEN 0
         ELSE extract(epoch FROM c.${to} - c.${from}) END::float8 AS ${interval}`;
}

function figures(interval: Interval): string {
  const isMeasured = `FILTER (WHERE ${interval} < 'Infinity')`;
  const within = WITHIN_SEC.map((sec) => `'within_${String(sec)}', count(*) FILTER (WHERE ${interval} <= ${String(sec)})`).join(', ');
  return `json_build_object('count', count(*) ${isMeasured}, 'begun', count(${interval}), ${within}, 'max', max(${interval}) ${isMeasured}, 'percentiles',
    percentile_cont(ARRAY[0.5, 0.9, 0.95, 0.99]) WITHIN GROUP (ORDER BY ${interval})) AS ${interval}`;
}

/** All statements of a report see the same instant, so that its sections agree. */
export const oneInstant = statement('report_instant', 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');

export const readFrame = statement(
  'report_frame',
  `SELECT f.time_zone AS "timeZone", f.shifts, floor(extract(epoch FROM app_now()) * 1000)::float8 AS now
   FROM facility f JOIN departments d ON d.id = $1 AND d.retired_at IS NULL`,
);

export interface Frame {
  timeZone: string;
  /** The facility's shifts. */
  shifts: { name: string; start: string }[];
  /** Milliseconds since 1970. */
  now: number;
}

/**
 * One pass over the calls: a row for each type and shift, and one for each type (`shift` null). $5 the starts of the shifts in minutes, rising, $6
 * their names: before the first start the last shift goes on.
 */
export const readCallFigures = statement(
  'report_calls',
  `SELECT type, shift, count(*)::int AS placed, count(*) FILTER (WHERE state = 'completed')::int AS completed,
     count(*) FILTER (WHERE state = 'cancelled')::int AS cancelled, sum(repeats)::int AS repeats, sum(failsafe_repeats)::int AS reminders,
     ARRAY[${LEVELS.map((level) => `count(*) FILTER (WHERE level = ${String(level)})::int`).join(', ')}] AS levels,
     ARRAY[${LEVELS.map((level) => `count(*) FILTER (WHERE highest >= ${String(level)})::int`).join(', ')}] AS reached,
     ${INTERVAL_NAMES.map(figures).join(',\n     ')}
   FROM (
     SELECT c.type, c.state, c.level, greatest(c.level, c.earlier_level) AS highest, c.repeats, c.failsafe_repeats, ${INTERVAL_NAMES.map(seconds).join(',\n       ')},
       ($6::text[])[coalesce(nullif(width_bucket(t.minute, $5::int[]), 0), cardinality($6::text[]))] AS shift
     FROM calls c CROSS JOIN LATERAL (SELECT extract(hour FROM l.at)::int * 60 + extract(minute FROM l.at)::int AS minute
       FROM (SELECT c.placed_at AT TIME ZONE $4::text AS at) l) t WHERE ${OF_PERIOD}
   ) measured
   GROUP BY GROUPING SETS ((type, shift), (type)) ORDER BY type, shift NULLS LAST`,
);

/** Seconds. `begun`: calls that began the interval. `percentiles`: 50, 90, 95, 99, no numbers where they lie among those that never reached its end. */
export interface RawFigures extends Record<Within, number> {
  count: number;
  begun: number;
  max: number | null;
  percentiles: (number | string)[] | null;
}

export type CallFiguresRow = Record<Interval, RawFigures> & {
  type: string;
  shift: WardShift | null;
  placed: number;
  completed: number;
  cancelled: number;
  repeats: number;
  reminders: number;
  /** How many calls stand at level 0, 1, 2, 3. */
  levels: number[];
  /** How many have reached it, in whatever round: each level comes in its turn. */
  reached: number[];
};

/**
 * Nurses with a shift in the period or a part in its calls. `OFFSET 0` keeps the look-up of annunciations by call: a plan that reads them from end to end would not
 * stay in time. $5: seconds after
 * which a receipt is missed; 0: none is.
 */
export const readNurseLoads = statement(
  'report_nurses',
  `WITH period AS MATERIALIZED (
     SELECT c.id, c.state, c.accepted_by, c.closed_by, coalesce(c.completed_at, c.cancelled_at, $4::timestamptz) AS ended_at FROM calls c WHERE ${OF_PERIOD}
   ),
   asked AS (
     SELECT a.staff_id, p.id, count(*) AS alarms, bool_or(a.reason IN ('${Object.keys(BY_DISPATCH).join("', '")}')) AS is_turn,
       count(*) FILTER (WHERE $5 > 0 AND least(coalesce(a.received_at, 'infinity'), coalesce(a.withdrawn_at, 'infinity'), p.ended_at) > a.queued_at + make_interval(secs => $5)) AS missed
     FROM period p CROSS JOIN LATERAL (
       SELECT l.staff_id, l.reason, l.queued_at, l.received_at, l.withdrawn_at FROM annunciation_ledger l
       WHERE l.call_id = p.id AND l.reason <> 'declined' OFFSET 0
     ) a GROUP BY a.staff_id, p.id
   ),
   parts (staff_id, dispatched, accepted, completed, seconds, alarms, repeats, missed) AS (
     SELECT staff_id, count(*) FILTER (WHERE is_turn), 0, 0, 0::float8, sum(alarms), sum(alarms - 1), sum(missed) FROM asked GROUP BY staff_id
     UNION ALL
     SELECT staff_id, 0, count(*), 0, 0, 0, 0, 0 FROM (
       SELECT t.staff_id, t.call_id FROM call_acceptances t WHERE t.dept_id = $1 AND t.placed_at >= $2::timestamptz AND t.placed_at < $3::timestamptz
       UNION
       SELECT accepted_by, id FROM period WHERE accepted_by IS NOT NULL
     ) credit GROUP BY staff_id
     UNION ALL
     SELECT substr(closed_by, 7)::uuid, 0, 0, count(*), 0, 0, 0, 0 FROM period WHERE state = 'completed' AND closed_by LIKE 'staff:%' GROUP BY closed_by
     UNION ALL
     SELECT h.staff_id, 0, 0, 0, sum(extract(epoch FROM least(h.ended_at, $4::timestamptz, $3::timestamptz) - greatest(h.started_at, $2::timestamptz))), 0, 0, 0
     FROM shifts h WHERE h.dept_id = $1 AND h.started_at < least($3::timestamptz, $4::timestamptz) AND (h.ended_at IS NULL OR h.ended_at > $2::timestamptz)
     GROUP BY h.staff_id
   ),
   loads AS (
     SELECT staff_id, sum(dispatched)::int AS dispatched, sum(accepted)::int AS accepted, sum(completed)::int AS completed,
       round(sum(seconds))::float8 AS shift_seconds, sum(alarms)::int AS alarms, sum(repeats)::int AS repeats, sum(missed)::int AS missed_receipts
     FROM parts GROUP BY staff_id
   )
   SELECT staff_id, dispatched, accepted, completed, shift_seconds, alarms,
     round((alarms * 3600 / nullif(shift_seconds, 0))::numeric, 3)::float8 AS alarms_per_hour, repeats, missed_receipts
   FROM loads JOIN staff s ON s.id = staff_id AND NOT ${leads('s.role')} ORDER BY staff_id`,
);

export type NurseLoadRow = NurseLoad & Record<string, unknown>;
