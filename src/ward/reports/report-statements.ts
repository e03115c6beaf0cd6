import { statement } from '../../platform/database/statement.js';
import type { DispatchTarget } from '../calls/dispatch/dispatch-strategy.js';
import { type Figures, INTERVAL_NAMES, INTERVALS, type Interval, LEVELS, type NurseLoad, type WardShift } from './report.js';

/** Reasons of an annunciation that was one nurse's turn; a new one does not compile until it is placed here. */
const BY_DISPATCH: Record<DispatchTarget['reason'], true> = { primary: true, backup: true, queue: true };

const OF_PERIOD = 'c.dept_id = $1 AND c.placed_at >= $2::timestamptz AND c.placed_at < $3::timestamptz';

/** Seconds; null unless both moments are known. Somebody may accept before any device has said that it shows the call: 0, not less. */
function seconds(interval: Interval): string {
  const [from, to] = INTERVALS[interval];
  return `CASE WHEN c.${to} < c.${from} THEN 0 ELSE extract(epoch FROM c.${to} - c.${from}) END::float8 AS ${interval}`;
}

function figures(interval: Interval): string {
  return `json_build_object('count', count(${interval}), 'max', max(${interval}), 'percentiles',
    percentile_cont(ARRAY[0.5, 0.9, 0.95, 0.99]) WITHIN GROUP (ORDER BY ${interval})) AS ${interval}`;
}

/** All statements of a report see the same instant, so that its sections agree. */
export const oneInstant = statement('report_instant', 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');

export const readFrame = statement(
  'report_frame',
  `SELECT f.time_zone AS "timeZone", floor(extract(epoch FROM app_now()) * 1000)::float8 AS now
   FROM facility f JOIN departments d ON d.id = $1 AND d.retired_at IS NULL`,
);

export interface Frame {
  timeZone: string;
  /** Milliseconds since 1970. */
  now: number;
}

/** One pass over the calls: a row for each type and shift, and one for each type (`shift` null). */
export const readCallFigures = statement(
  'report_calls',
  `SELECT type, shift, count(*)::int AS placed, count(*) FILTER (WHERE state = 'completed')::int AS completed,
     count(*) FILTER (WHERE state = 'cancelled')::int AS cancelled, sum(repeats)::int AS repeats,
     ARRAY[${LEVELS.map((level) => `count(*) FILTER (WHERE level = ${String(level)})::int`).join(', ')}] AS levels,
     ${INTERVAL_NAMES.map(figures).join(',\n     ')}
   FROM (
     SELECT c.type, c.state, c.level, c.repeats, ${INTERVAL_NAMES.map(seconds).join(',\n       ')},
       CASE WHEN t.hour >= 6 AND t.hour < 14 THEN 'day' WHEN t.hour >= 14 AND t.hour < 22 THEN 'evening' ELSE 'night' END AS shift
     FROM calls c CROSS JOIN LATERAL (SELECT extract(hour FROM c.placed_at AT TIME ZONE $4::text) AS hour) t WHERE ${OF_PERIOD}
   ) measured
   GROUP BY GROUPING SETS ((type, shift), (type)) ORDER BY type, shift NULLS LAST`,
);

/** `percentiles`: 50, 90, 95, 99; null, as is `max`, when `count` is 0. Seconds. */
export type RawFigures = Pick<Figures, 'count'> & { max: number | null; percentiles: number[] | null };

export type CallFiguresRow = Record<Interval, RawFigures> & {
  type: string;
  shift: WardShift | null;
  placed: number;
  completed: number;
  cancelled: number;
  repeats: number;
  /** How many calls went no further than level 0, 1, 2, 3. */
  levels: number[];
};

/** By the calls' own index of events: a plan that reads the log from end to end would not stay in time. DISTINCT keeps it so. */
export const readReachedLevels = statement(
  'report_levels',
  `SELECT c.type, l.level, count(*)::int AS reached
   FROM calls c CROSS JOIN LATERAL (
     SELECT DISTINCT (e.payload ->> 'level')::int AS level FROM events e
     WHERE e.call_id = c.id AND e.type = 'call.escalated' AND e.payload ->> 'reason' = 'timeout'
   ) l WHERE ${OF_PERIOD} AND c.level > 0 GROUP BY c.type, l.level`,
);

export interface ReachedRow {
  type: string;
  level: number;
  reached: number;
}

/** Nurses with a shift in the period or a part in its calls. `OFFSET 0` keeps the look-up of annunciations by call, as above. */
export const readNurseLoads = statement(
  'report_nurses',
  `WITH period AS MATERIALIZED (SELECT c.id, c.state, c.accepted_by, c.closed_by FROM calls c WHERE ${OF_PERIOD}),
   parts (staff_id, dispatched, accepted, completed, seconds) AS (
     SELECT a.staff_id, count(*), 0, 0, 0::float8 FROM period p CROSS JOIN LATERAL (
       SELECT n.staff_id FROM annunciations n WHERE n.call_id = p.id AND n.reason IN ('${Object.keys(BY_DISPATCH).join("', '")}') OFFSET 0
     ) a GROUP BY a.staff_id
     UNION ALL
     SELECT accepted_by, 0, count(*), 0, 0 FROM period WHERE accepted_by IS NOT NULL GROUP BY accepted_by
     UNION ALL
     SELECT substr(closed_by, 7)::uuid, 0, 0, count(*), 0 FROM period WHERE state = 'completed' AND closed_by LIKE 'staff:%' GROUP BY closed_by
     UNION ALL
     SELECT h.staff_id, 0, 0, 0, sum(extract(epoch FROM least(h.ended_at, $4::timestamptz, $3::timestamptz) - greatest(h.started_at, $2::timestamptz)))
     FROM shifts h WHERE h.dept_id = $1 AND h.started_at < least($3::timestamptz, $4::timestamptz) AND (h.ended_at IS NULL OR h.ended_at > $2::timestamptz)
     GROUP BY h.staff_id
   )
   SELECT staff_id, sum(dispatched)::int AS dispatched, sum(accepted)::int AS accepted, sum(completed)::int AS completed,
     round(sum(seconds))::float8 AS shift_seconds
   FROM parts JOIN staff s ON s.id = staff_id AND s.role = 'nurse' GROUP BY staff_id ORDER BY staff_id`,
);

export type NurseLoadRow = NurseLoad & Record<string, unknown>;
