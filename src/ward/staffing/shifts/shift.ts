import { statement } from '../../../platform/database/statement.js';

/**
 * One start of a shift, or change of a break, of a person ($1) at a time, in all departments: a break is one everywhere. It comes before calls and
 * queues in the lock order.
 */
export const lockDuty = statement('lock_duty', "SELECT pg_advisory_xact_lock(hashtext('wardline duty'), hashtext($1::uuid::text))");

/** A shift as clients see it. Times are ISO 8601 in UTC. */
export interface ShiftView {
  id: string;
  dept: string;
  staff_id: string;
  started_at: string;
  ended_at: string | null;
  /** On a break until then; null: not on a break. */
  paused_until: string | null;
}

/** Columns of `shifts` that make up a ShiftView. */
export const SHIFT_VIEW = `id, dept_id AS dept, staff_id, iso(started_at) AS started_at, iso(ended_at) AS ended_at, iso(paused_until) AS paused_until`;
