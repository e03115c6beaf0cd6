import { type Statement, statement } from '../../../platform/database/statement.js';

/**
 * Notes now as a time of annunciations that have none yet: $1 and $2 are their calls and people. Their rows are locked in one order, whoever
 * marks what: two that mark several at once never wait for each other in a circle.
 */
export function markAnnunciations(name: string, time: 'sent_at' | 'received_at'): Statement {
  return statement(
    name,
    `UPDATE annunciations SET ${time} = app_now() WHERE ${time} IS NULL AND (call_id, staff_id) IN (
       SELECT a.call_id, a.staff_id FROM annunciations a JOIN unnest($1::uuid[], $2::uuid[]) AS these (call_id, staff_id) USING (call_id, staff_id)
       ORDER BY 1, 2 FOR NO KEY UPDATE OF a)`,
  );
}
