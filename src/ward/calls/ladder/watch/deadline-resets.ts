import { type Statement, statement } from '../../../../platform/database/statement.js';
import { nextDeadline, OWN_SEC, PAUSED_FROM_NOW } from '../../policies/escalation-clock.js';
import { IN_FORCE } from '../../annunciations/asking.js';
import { IS_OPEN, type Timer } from '../../call.js';
import { ANSWER_SEC } from '../call-timers.js';

/** A deadline may be so much further ahead than its own length: two statements do not have the same time. */
const SLACK = `interval '2 seconds'`;
/** Back-offs are far shorter. */
const LONGEST_BACK_OFF = `interval '1 minute'`;
const LONGEST_BREAK = `interval '1 hour'`;

const ahead = (column: string, seconds: string) => `${column} > app_now() + make_interval(secs => ${seconds}) + ${SLACK}`;
const fromNow = (column: string, seconds: string) =>
  `${column} = CASE WHEN ${ahead(`c.${column}`, seconds)} THEN app_now() + make_interval(secs => ${seconds}) ELSE c.${column} END`;

const ATTENDANCE_SEC = `(CASE WHEN c.attendance_asked_at IS NULL THEN coalesce(c.attendance_sec, ${String(ANSWER_SEC)}) ELSE ${String(ANSWER_SEC)} END)`;

/** How long each clock runs; $1 is CALL_PRESS_AGAIN_SEC. */
const LENGTHS: Readonly<Record<Timer, string>> = {
  presence_due_at: 'c.presence_sec',
  attendance_due_at: ATTENDANCE_SEC,
  press_again_at: '$1::float8',
  repeat_due_at: '1',
};
/** So that a press which was told of in the future is told of again. */
const TIMES = Object.entries({ ...LENGTHS, repeated_event_at: '0' });

interface DeadlineReset {
  /** For the log. */
  readonly subject: string;
  readonly statement: Statement;
  /** $1 is CALL_PRESS_AGAIN_SEC; the others have no parameter. */
  readonly takesPressAgain?: true;
}

/**
 * Deadlines that the clock's step back left in the future, each set to its own length from now. A row that was set is not
 * found again, so each deadline is set once, whichever nodes try.
 */
export const DEADLINE_RESETS: readonly DeadlineReset[] = [
  {
    subject: 'ladders',
    statement: statement(
      'reset_ladders',
      `WITH late AS MATERIALIZED (
         SELECT c.id FROM calls c WHERE c.state = 'pending' AND ${ahead('c.next_escalation_at', OWN_SEC)} ORDER BY c.id FOR NO KEY UPDATE)
       UPDATE calls c SET paused = ${PAUSED_FROM_NOW}, next_escalation_at = ${nextDeadline({ paused: PAUSED_FROM_NOW })}, engine_retry_at = NULL
       FROM late WHERE c.id = late.id RETURNING c.id`,
    ),
  },
  {
    subject: 'timers',
    takesPressAgain: true,
    statement: statement(
      'reset_timers',
      `WITH late AS MATERIALIZED (
         SELECT c.id FROM calls c WHERE ${IS_OPEN} AND (${TIMES.map(([column, seconds]) => ahead(`c.${column}`, seconds)).join(' OR ')}
           OR c.engine_retry_at > app_now() + ${LONGEST_BACK_OFF}) ORDER BY c.id FOR NO KEY UPDATE)
       UPDATE calls c SET ${TIMES.map(([column, seconds]) => fromNow(column, seconds)).join(', ')},
         engine_retry_at = CASE WHEN c.engine_retry_at > app_now() + ${LONGEST_BACK_OFF} THEN NULL ELSE c.engine_retry_at END
       FROM late WHERE c.id = late.id RETURNING c.id`,
    ),
  },
  {
    subject: 'receipts',
    statement: statement(
      'reset_receipts',
      `UPDATE annunciations SET receipt_from = app_now() WHERE (call_id, staff_id) IN (
         SELECT a.call_id, a.staff_id FROM annunciations a JOIN calls c ON c.id = a.call_id AND ${IS_OPEN}
         WHERE ${IN_FORCE} AND a.received_at IS NULL AND coalesce(a.receipt_from, a.queued_at) > app_now() + ${SLACK}
         ORDER BY 1, 2 FOR NO KEY UPDATE OF a) RETURNING call_id`,
    ),
  },
  {
    subject: 'exclusions',
    statement: statement(
      'reset_exclusions',
      `UPDATE exclusions SET until = app_now() + (until - created_at), created_at = app_now()
       WHERE ended_at IS NULL AND created_at > app_now() + ${SLACK} RETURNING id`,
    ),
  },
  {
    subject: 'assignments',
    statement: statement(
      'reset_assignments',
      `UPDATE room_assignments SET until = app_now() + (until - assigned_at), assigned_at = app_now()
       WHERE assigned_at > app_now() + ${SLACK} RETURNING room_id`,
    ),
  },
  {
    subject: 'breaks',
    statement: statement(
      'reset_breaks',
      `UPDATE shifts SET paused_until = app_now() + ${LONGEST_BREAK}
       WHERE ended_at IS NULL AND paused_until > app_now() + ${LONGEST_BREAK} + ${SLACK} RETURNING id`,
    ),
  },
  {
    subject: 'absences',
    statement: statement(
      'reset_absences',
      `UPDATE staff_absences SET since = app_now() WHERE since > app_now() + ${SLACK} RETURNING staff_id`,
    ),
  },
  {
    subject: 'stations',
    statement: statement(
      'reset_stations',
      `UPDATE stations SET last_seen_at = app_now() WHERE last_seen_at > app_now() + ${SLACK} AND retired_at IS NULL RETURNING id`,
    ),
  },
  {
    subject: 'outage',
    statement: statement(
      'reset_outage',
      `UPDATE ward_watch SET ready_at = least(ready_at, app_now()), receipts_since = least(receipts_since, app_now())
       WHERE greatest(ready_at, receipts_since) > app_now() + ${SLACK} RETURNING ready_at`,
    ),
  },
  ...['call_moves', 'nodes', 'shifts', 'staff_absences'].map((table) => ({
    subject: 'back_offs',
    statement: statement(
      `reset_back_off_${table}`,
      `UPDATE ${table} SET retry_at = NULL WHERE retry_at > app_now() + ${LONGEST_BACK_OFF} RETURNING 1`,
    ),
  })),
  {
    subject: 'notifications',
    statement: statement(
      'reset_notifications',
      `UPDATE notifications SET due_at = app_now() WHERE due_at > app_now() + interval '10 minutes' RETURNING 1`,
    ),
  },
];
