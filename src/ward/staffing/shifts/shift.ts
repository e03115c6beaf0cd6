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
