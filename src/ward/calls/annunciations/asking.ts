import { leads } from '../../../identity/access/capabilities.js';
import { statement } from '../../../platform/database/statement.js';

/** An asking of `annunciations a` that was not withdrawn. A person who stepped back from a call has none. */
export const IN_FORCE = 'a.withdrawn_at IS NULL';

/** An asking of `annunciations a` that did not miss its receipt, or was heard of later. */
export const IS_HEARD = '(a.missed_at IS NULL OR a.missed_at < a.queued_at OR a.received_at IS NOT NULL OR a.accepted_at IS NOT NULL)';

/** An asking of `annunciations a` that was the person's alone, not everybody's. */
export const IS_TURN = "a.reason IN ('primary', 'backup', 'queue', 'reassigned', 'no_receipt', 'came_on_duty', 'was_present')";

/**
 * The start of the receipt's clock of an asking (`annunciations a`, `ward_watch w`). Time in which receipts could not be recorded counts against
 * nobody: an outage of everything, or of the way into the database. Nor does time in which the call stood superseded.
 */
export const RECEIPT_FROM = 'greatest(coalesce(a.receipt_from, a.queued_at), w.ready_at, w.receipts_since)';

/** An asking of `annunciations a`, of the person `p` (`staff`), at level 2, or because nobody could be asked. */
export const IS_SECOND_LINE = "(p.role = 'manager' OR a.reason = 'signed_in')";

/** The person `p` (`staff`) leads: they are asked off duty, too, and count as reachable for longer. */
export const LEADS = leads('p.role');

/** The role of the person `p` (`staff`) permits to answer calls. Others are never asked: nobody would come. */
export const MAY_ANSWER = "EXISTS (SELECT FROM roles r WHERE r.id = p.role AND 'call.accept' = ANY (r.capabilities))";

/** Columns of an asking that a picture of its call is made of. */
export const ASKING_COLUMNS = 'call_id, staff_id, role, queued_at, reason, withdrawn_at';

/** Askings as a statement sees them that has just changed some of them: the changed ones are in its WITH query `added`. */
export function askingsWith(added: string): string {
  return `(SELECT ${ASKING_COLUMNS} FROM annunciations o WHERE o.call_id = c.id AND NOT EXISTS (SELECT FROM ${added} n WHERE n.staff_id = o.staff_id)
    UNION ALL SELECT ${ASKING_COLUMNS} FROM ${added})`;
}

/** An INSERT INTO annunciations that asks a person who stepped back once more, unless they declined. A person who is asked already stays so. */
export const OR_ASK_AGAIN = `ON CONFLICT (call_id, staff_id) DO UPDATE SET role = excluded.role, queued_at = excluded.queued_at, reason = excluded.reason,
  sent_at = NULL, received_at = NULL, accepted_at = NULL, withdrawn_at = NULL
  WHERE annunciations.withdrawn_at IS NOT NULL AND annunciations.declined_at IS NULL`;

/** Takes a pending call back from a person ($2) who stepped back without declining. */
export const withdraw = statement(
  'withdraw_asking',
  'UPDATE annunciations SET withdrawn_at = app_now() WHERE call_id = $1 AND staff_id = $2 AND withdrawn_at IS NULL RETURNING 1 AS found',
);

/** A call ($1) starts again: nobody is asked, and a decline of an earlier round bars nobody from being asked. Rows are locked in one order. */
export const forgetAskings = statement(
  'forget_askings',
  `UPDATE annunciations SET withdrawn_at = coalesce(withdrawn_at, app_now()), declined_at = NULL WHERE call_id = $1 AND staff_id IN (
     SELECT a.staff_id FROM annunciations a WHERE a.call_id = $1 AND (a.withdrawn_at IS NULL OR a.declined_at IS NOT NULL)
     ORDER BY a.staff_id FOR NO KEY UPDATE)`,
);

/** The person on duty `h` (`shifts`) may be asked: neither on a break nor excluded. */
export const MAY_BE_ASKED = `h.ended_at IS NULL AND h.paused_until IS NULL AND NOT EXISTS (SELECT FROM exclusions x
  WHERE x.dept_id = h.dept_id AND x.staff_id = h.staff_id AND x.ended_at IS NULL AND x.until > app_now())`;

/** The person `p` (`staff`) has a session. */
export const SIGNED_IN = `EXISTS (SELECT FROM sessions s WHERE s.staff_id = p.id AND s.ended_at IS NULL AND s.expires_at > app_now())`;

/** The person `p` (`staff`) belongs to the department. @param dept SQL */
export const belongs = (dept: string): string =>
  `(p.role = 'admin' OR EXISTS (SELECT FROM memberships m WHERE m.staff_id = p.id AND m.dept_id = ${dept}))`;

/** The person `p` (`staff`) belongs to the department and comes when asked: they lead, or may be asked on duty. @param dept SQL */
export const comes = (dept: string): string => `(${belongs(dept)}
  AND (${LEADS} OR EXISTS (SELECT FROM shifts h WHERE h.staff_id = p.id AND h.dept_id = ${dept} AND ${MAY_BE_ASKED})))`;

/** The failsafe asks people who declined the call ($1) once more, where they may be asked. Rows are locked in one order. */
export const askDecliners = statement(
  'ask_decliners_again',
  `UPDATE annunciations SET queued_at = app_now(), withdrawn_at = NULL, declined_at = NULL WHERE call_id = $1 AND staff_id IN (
     SELECT a.staff_id FROM annunciations a JOIN calls c ON c.id = a.call_id JOIN staff p ON p.id = a.staff_id AND p.active
     WHERE a.call_id = $1 AND a.declined_at IS NOT NULL
       AND (${comes('c.dept_id')} OR a.reason = 'signed_in' AND ${belongs('c.dept_id')} AND ${SIGNED_IN})
     ORDER BY a.staff_id FOR NO KEY UPDATE OF a)`,
);
