import type { Role } from '../../identity/access/principal.js';

export const CALL_STATES = ['pending', 'accepted', 'in_progress', 'completed', 'cancelled'] as const;
export type CallState = (typeof CALL_STATES)[number];

/** States in which a call still waits for or gets help. */
export const OPEN_STATES = ['pending', 'accepted', 'in_progress'] as const satisfies readonly CallState[];

/** The clocks of a call beside its ladder: each is a column, the time at which it is due. `calls.timer_at` is the first of them. */
export const TIMERS = ['presence_due_at', 'attendance_due_at', 'press_again_at', 'repeat_due_at'] as const;
export type Timer = (typeof TIMERS)[number];
/** Those that wait for a person; the last one is about an event alone. */
export const AWAITED = TIMERS.filter((timer) => timer !== 'repeat_due_at');

/** Why an asking ended. `stepped_back`: a decline, the end of a shift, a break, an exclusion. `reopened`: the person was asked once more. */
export const WITHDRAWAL_REASONS = ['accepted_by_another', 'closed', 'stepped_back', 'reopened'] as const;
export type WithdrawalReason = (typeof WITHDRAWAL_REASONS)[number];

/** Why a person declines a call. */
export const DECLINE_CODES = ['busy', 'break', 'too_far', 'not_qualified', 'other'] as const;
export type DeclineCode = (typeof DECLINE_CODES)[number];

/** One person whom a call was or is shown to. */
export interface Recipient {
  staff_id: string;
  role: Role;
  /** ISO 8601, UTC. */
  since: string;
  /** Why they are among the recipients: `primary`, `backup`, `queue`, `broadcast`, `signed_in`, `manager`, `administrator`, `reassigned`, `declined`. */
  reason: string;
  /** When the call was taken back from them; null while it is still theirs to answer. ISO 8601, UTC. */
  withdrawn_at: string | null;
}

/** A call as every client sees it. Times are ISO 8601 in UTC, by the server's clock; null until they are reached. */
export interface CallView {
  id: string;
  dept: string;
  room_id: string;
  bed_id: string | null;
  station_id: string | null;
  type: string;
  state: CallState;
  /** 0–3. */
  level: number;
  /** Orders every list: descending, then oldest first. */
  priority: number;
  /** Rises with state changes only. */
  version: number;
  accepted_by: string | null;
  /** The person or the station that showed the presence: `staff:<id>` or `station:<id>`, which names nobody. */
  present_by: string | null;
  recipients: Recipient[];
  placed_at: string;
  annunciated_at: string | null;
  accepted_at: string | null;
  present_at: string | null;
  completed_at: string | null;
  cancelled_at: string | null;
  /** How often the button was pressed again. */
  repeats: number;
  /** How often the call has started again, from level 0. */
  round: number;
  /** The less urgent calls that were open at the place when this one was placed; the most urgent one first. */
  supersedes: string[];
  /** The open, more urgent call of the place that has stopped this one's clocks. */
  superseded_by: string | null;
  /** The next level, or the end of the time to arrive or to attend; null where no clock runs. */
  next_deadline_at: string | null;
}

/**
 * Columns of `calls c` that make up a CallView; `annunciations` is the table, or a subquery in its place, and `annunciatedAt` the expression of
 * that column.
 */
export function callView(annunciations: string, annunciatedAt = 'iso(c.annunciated_at)'): string {
  return `c.id, c.dept_id AS dept, c.room_id, c.bed_id, c.station_id, c.type, c.state, c.level, c.priority, c.version,
  c.accepted_by, c.present_by,
  coalesce((SELECT json_agg(json_build_object('staff_id', r.staff_id, 'role', r.role, 'since', iso(r.queued_at), 'reason', r.reason,
                              'withdrawn_at', iso(r.withdrawn_at))
                            ORDER BY r.queued_at, r.staff_id)
            FROM ${annunciations} r WHERE r.call_id = c.id), '[]'::json) AS recipients,
  iso(c.placed_at) AS placed_at, ${annunciatedAt} AS annunciated_at, iso(c.accepted_at) AS accepted_at,
  iso(c.present_at) AS present_at, iso(c.completed_at) AS completed_at, iso(c.cancelled_at) AS cancelled_at,
  c.repeats, c.round, c.supersedes, c.superseded_by,
  iso(least(c.next_escalation_at, ${AWAITED.map((timer) => `c.${timer}`).join(', ')})) AS next_deadline_at`;
}
export const CALL_VIEW = callView('annunciations');
export const IS_OPEN = `c.state IN ('pending', 'accepted', 'in_progress')`;
