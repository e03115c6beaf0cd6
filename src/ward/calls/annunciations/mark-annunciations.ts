import { type Statement, statement } from '../../../platform/database/statement.js';

/** How far a person has come in a department's log. */
export interface Progress {
  staffId: string;
  dept: string;
  seq: number;
}

/** The columns of `progress` that {@link askingsUpTo} reads. */
export function progressColumns(progress: readonly Progress[]): unknown[] {
  return [progress.map((one) => one.staffId), progress.map((one) => one.dept), progress.map((one) => one.seq)];
}

export function furthest(a: Progress, b: Progress): Progress {
  return a.seq < b.seq ? b : a;
}

/** A person's newest askings without a receipt: a person who never acknowledges costs no more for that. */
const NEWEST = 100;

/**
 * SQL for the askings (`call_id`, `staff_id`) without a receipt whose event the persons have: $1 staff, $2 departments, $3 seqs. The event
 * that asked, or a later one of the call, lies behind `asked_after` and within `seq`; one that the log does not have yet proves nothing.
 */
export function askingsUpTo(more = ''): string {
  return `SELECT a.call_id, a.staff_id
   FROM unnest($1::uuid[], $2::text[], $3::bigint[]) AS p (staff_id, dept_id, seq) CROSS JOIN LATERAL (
     SELECT n.call_id, n.staff_id, n.asked_after, n.sent_at FROM annunciations n WHERE n.staff_id = p.staff_id AND n.received_at IS NULL
     ORDER BY n.queued_at DESC LIMIT ${String(NEWEST)}
   ) a
   WHERE EXISTS (SELECT FROM events e WHERE e.call_id = a.call_id AND e.seq > a.asked_after AND e.seq <= p.seq AND e.dept_id = p.dept_id) ${more}`;
}

/**
 * Notes now as a time of annunciations that have none yet: `source` names their calls and people. Their rows are locked in one order, whoever
 * marks what: two that mark several at once never wait for each other in a circle.
 */
export function markAnnunciations(name: string, set: string, missing: string, source: string): Statement {
  return statement(
    name,
    `UPDATE annunciations SET ${set} WHERE ${missing} IS NULL AND (call_id, staff_id) IN (
       SELECT m.call_id, m.staff_id FROM annunciations m JOIN (${source}) AS these USING (call_id, staff_id) ORDER BY 1, 2 FOR NO KEY UPDATE OF m)`,
  );
}
