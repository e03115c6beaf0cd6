/**
 * The ladder's clock, as SQL over `calls c`. Every deadline is absolute: the start of the round + its seconds + the time for which the call was
 * accepted or superseded. A late run never shifts the next one.
 */
const START = 'coalesce(c.round_started_at, c.placed_at)';

function secondsOf(level: string, early = 'c.top_level_sec'): string {
  return `CASE ${level} WHEN 0 THEN ${early} WHEN 1 THEN c.l1_sec WHEN 2 THEN c.l2_sec ELSE c.l3_sec END`;
}

function deadlineOf(level: string, paused: string, early = 'c.top_level_sec'): string {
  return `(${START} + ${paused} + make_interval(secs => ${secondsOf(level, early)}))`;
}

/** The length of the deadline that a call waits for: its level's seconds, or those between two repeats. */
export const OWN_SEC = `(CASE WHEN c.level < 3 THEN ${secondsOf('c.level + 1')} ELSE c.repeat_sec END)`;

/** The value of `paused` with which the deadline that a call waits for is its own length away from now, and those after it follow. */
export const PAUSED_FROM_NOW = `(app_now() - ${START} - make_interval(secs => CASE WHEN c.level < 3 THEN 0
  ELSE ${secondsOf('c.failsafe_from')} + c.failsafe_repeats * c.repeat_sec END))`;

/** Seconds that the ladder's clock has run. */
export const LADDER_SEC = `extract(epoch FROM app_now() - ${START} - c.paused)::float8`;

/**
 * When a call falls due next, as SQL; what it is about to become may be given instead of what it is. The failsafe counts from the deadline
 * that brought level 3 (`failsafe_from`): where levels found nobody to add, that is an earlier one than its own. From 0 it counts from the moment
 * at which level 3 came before any deadline, because nobody could be reached (`top_level_sec`).
 */
export function nextDeadline({
  level = 'c.level',
  paused = 'c.paused',
  repeats = 'c.failsafe_repeats',
  from = 'c.failsafe_from',
  early = 'c.top_level_sec',
  superseded = 'c.superseded_by',
} = {}): string {
  return `CASE WHEN ${superseded} IS NOT NULL THEN NULL WHEN ${level} < 3 THEN ${deadlineOf(`${level} + 1`, paused)}
    ELSE ${deadlineOf(from, paused, early)} + make_interval(secs => (${repeats} + 1) * c.repeat_sec) END`;
}

/** Columns that make up a LadderClock. */
export const LADDER_CLOCK = `c.level, c.failsafe_repeats AS repeats,
  CASE WHEN ${deadlineOf('3', 'c.paused')} <= app_now() THEN 3 WHEN ${deadlineOf('2', 'c.paused')} <= app_now() THEN 2
    WHEN ${deadlineOf('1', 'c.paused')} <= app_now() THEN 1 ELSE 0 END AS "dueLevel",
  greatest(0, floor(extract(epoch FROM app_now() - ${deadlineOf('c.failsafe_from', 'c.paused')}) / c.repeat_sec))::int AS "dueRepeats"`;

/** A call's level on the ladder, and the level that is due now. */
export interface LadderClock {
  level: number;
  dueLevel: number;
  /** Repeats of the failsafe so far. */
  repeats: number;
  dueRepeats: number;
}
