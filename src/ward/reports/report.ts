/** Moments of a call that the server keeps; each is null until it is reached. */
type Moment = 'placed_at' | 'annunciated_at' | 'accepted_at' | 'present_at' | 'completed_at' | 'cancelled_at';

/**
 * The intervals of a call, each from one moment to another: first the patient's wait since the press, then the steps in
 * between. A call that has the first moment counts; one that never reached the second took longer than all others. After a
 * reopening, the last acceptance counts. `cancellation` counts cancelled calls alone: no call is meant to end so.
 */
export const INTERVALS = {
  annunciation: ['placed_at', 'annunciated_at'],
  acceptance: ['placed_at', 'accepted_at'],
  presence: ['placed_at', 'present_at'],
  completion: ['placed_at', 'completed_at'],
  cancellation: ['placed_at', 'cancelled_at'],
  response: ['annunciated_at', 'accepted_at'],
  arrival: ['accepted_at', 'present_at'],
  attendance: ['present_at', 'completed_at'],
} as const satisfies Record<string, readonly [from: Moment, to: Moment]>;
export type Interval = keyof typeof INTERVALS;
export const INTERVAL_NAMES = Object.keys(INTERVALS) as Interval[];

/** A shift of the facility, by its clock. A call belongs to the one it was placed in. */
export type WardShift = string;

/** A call is answered in time within so many seconds. */
export const WITHIN_SEC = [30, 60, 120] as const;
export type Within = `within_${(typeof WITHIN_SEC)[number]}`;

/** Levels of the ladder; a call at 0 never climbed. */
export const LEVELS = [0, 1, 2, 3] as const;

/** How long an interval took, in seconds to the millisecond. Percentiles are over `count` and `never` together. */
export interface Figures extends Record<Within, number> {
  /** Calls measured. */
  count: number;
  /** Calls that began the interval and have not reached its end. */
  never: number;
  /** Null where it lies among those that never reached the end: longer than any that was measured. */
  p50: number | null;
  p90: number | null;
  p95: number | null;
  p99: number | null;
  /** The longest of the measured calls; null without any. */
  max: number | null;
}

export interface IntervalRow extends Figures {
  type: string;
  /** A shift of the facility, or `all`. */
  shift: WardShift;
  interval: Interval;
}

/** The outcomes of a type's calls, as they are now. */
export interface CallCounts {
  type: string;
  placed: number;
  completed: number;
  cancelled: number;
  open: number;
  /** Presses of a button whose call was open already. */
  repeats: number;
  /** Repeats of the failsafe after level 3. */
  reminders: number;
}

export interface EscalationRow {
  type: string;
  /** 0–3. */
  level: number;
  /** Calls that stand at this level, or stood there at their end. */
  count: number;
  /** Calls that arrived at this level, in whatever round; at level 0, every call. */
  reached: number;
}

/** A nurse's part of the work. Names stay in the directory. */
export interface NurseLoad {
  staff_id: string;
  /** Calls that the dispatch or a rung of the ladder put to this nurse in person; broadcasts are nobody's turn. */
  dispatched: number;
  /** Calls that this nurse accepted, also when the call went on to another person. */
  accepted: number;
  completed: number;
  /** Seconds on duty within the period. */
  shift_seconds: number;
  /** How often the nurse was asked, by whatever rule, once more included. */
  alarms: number;
  /** Alarms for each hour on duty, to the thousandth; null for who was not on duty. */
  alarms_per_hour: number | null;
  /** Alarms for a call that the nurse had been asked for before. */
  repeats: number;
  /** Alarms that went without a receipt of the nurse's for longer than RECEIPT_SEC. */
  missed_receipts: number;
}

export interface Fairness {
  nurses: NurseLoad[];
  /** See {@link spreadOf}: dispatched calls per hour on duty; null with fewer than two nurses to compare. */
  spread: number | null;
}

/** A department's calls of a period: those placed from `from` on and before `to`, both ISO 8601 in UTC. */
export interface Report {
  dept: string;
  from: string;
  to: string;
  /** IANA name, the one that `shift` is meant in. */
  time_zone: string;
  intervals: IntervalRow[];
  calls: CallCounts[];
  escalations: EscalationRow[];
  fairness: Fairness;
}
