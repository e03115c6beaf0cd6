/** Moments of a call that the server keeps; each is null until it is reached. */
type Moment = 'placed_at' | 'annunciated_at' | 'accepted_at' | 'present_at' | 'completed_at' | 'cancelled_at';

/**
 * The intervals of a call, each from one moment to another: first how long the patient waited since the press, then the steps in
 * between. A call counts in an interval when it has both moments; of one that was reopened, the last acceptance stands.
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

/** Eight hours each by the facility's clock: day from 6, evening from 14, night from 22. A call belongs to the one it was placed in. */
export type WardShift = 'day' | 'evening' | 'night';

/** Of the ladder; 0 is a call that never climbed. */
export const LEVELS = [0, 1, 2, 3] as const;

/** How long an interval took, in seconds to the millisecond. */
export interface Figures {
  /** Calls measured; at least 1. */
  count: number;
  p50: number;
  p90: number;
  p95: number;
  p99: number;
  max: number;
}

export interface IntervalRow extends Figures {
  type: string;
  shift: WardShift | 'all';
  interval: Interval;
}

/** What became of a type's calls, as it stands now. */
export interface CallCounts {
  type: string;
  placed: number;
  completed: number;
  cancelled: number;
  open: number;
  /** Presses of a button whose call was open already. */
  repeats: number;
}

export interface EscalationRow {
  type: string;
  /** 0–3. */
  level: number;
  /** Calls that got this far and no further. */
  count: number;
  /** Calls that the log shows arriving at this level by timeout, as far back as it is kept; at level 0, every call. */
  reached: number;
}

/** A nurse's part of the work. Names stay in the directory. */
export interface NurseLoad {
  staff_id: string;
  /** Calls that the dispatch or a rung of the ladder put to this nurse in person; broadcasts are nobody's turn. */
  dispatched: number;
  /** Calls that stand accepted by this nurse, or were closed so. */
  accepted: number;
  completed: number;
  /** Seconds on duty within the period. */
  shift_seconds: number;
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
