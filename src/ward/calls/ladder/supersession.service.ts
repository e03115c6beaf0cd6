import { Injectable } from '@nestjs/common';
import { statement } from '../../../platform/database/statement.js';
import type { Transaction } from '../../../platform/database/transactions.js';
import { IN_FORCE, RECEIPT_FROM } from '../annunciations/asking.js';
import { BEDSIDE_PRESENCE_RANK } from '../call-permissions.js';
import { type Actor, CallJournal } from '../call-journal.js';
import { CALL_VIEW, type CallState, type CallView, IS_OPEN } from '../call.js';
import { CALL_AND_STOPPED, CallsRepository, CLOSED } from '../calls.repository.js';
import { nextDeadline } from '../policies/escalation-clock.js';

/**
 * The clocks of the open calls that the call ($1) names stop, one after another in the order in which calls are locked. One that another call has
 * superseded is locked, too: where that call closes at this moment, it is free by now.
 */
const supersede = statement(
  'supersede_calls',
  `WITH lesser AS (SELECT c.id, c.superseded_by FROM calls c WHERE c.id = ANY(ARRAY(SELECT unnest(n.supersedes) FROM calls n WHERE n.id = $1)) AND ${IS_OPEN} ORDER BY c.id FOR NO KEY UPDATE)
   UPDATE calls c SET superseded_by = $1, superseded_at = app_now(), clock_left = coalesce(c.presence_due_at, c.attendance_due_at) - app_now(),
     next_escalation_at = NULL, presence_due_at = NULL, attendance_due_at = NULL
   FROM lesser WHERE c.id = lesser.id AND lesser.superseded_by IS NULL RETURNING ${CALL_VIEW}`,
);
const PAUSED = `(CASE c.state WHEN 'pending' THEN c.paused + (app_now() - c.superseded_at) ELSE c.paused END)`;
/**
 * The clocks of the calls that the closed calls ($1) have superseded go on with what was left. Another urgent call that names one of them, and is
 * still open, keeps it; such a one cannot close meanwhile. So do the receipts of those who are asked; `calls c` is the row as it was before.
 */
const release = statement(
  'release_superseded_calls',
  `WITH released AS (UPDATE calls c SET superseded_by = u.id, superseded_at = CASE WHEN u.id IS NULL THEN NULL ELSE c.superseded_at END,
     paused = CASE WHEN u.id IS NULL THEN ${PAUSED} ELSE c.paused END,
     next_escalation_at = CASE WHEN u.id IS NULL AND c.state = 'pending' THEN ${nextDeadline({ paused: PAUSED, superseded: 'NULL' })} END,
     presence_due_at = CASE WHEN u.id IS NULL AND c.state = 'accepted' THEN app_now() + c.clock_left END,
     attendance_due_at = CASE WHEN u.id IS NULL AND c.state = 'in_progress' THEN app_now() + c.clock_left END,
     clock_left = CASE WHEN u.id IS NULL THEN NULL ELSE c.clock_left END
   FROM calls l LEFT JOIN LATERAL (
     SELECT c.id FROM calls c JOIN call_types t ON t.id = c.type WHERE c.room_id = l.room_id AND ${IS_OPEN} AND c.id <> ALL($1::uuid[])
       AND l.id = ANY(c.supersedes) AND t.rank >= ${String(BEDSIDE_PRESENCE_RANK)} ORDER BY c.placed_at LIMIT 1 FOR SHARE OF c
   ) u ON true
   WHERE c.id = l.id AND l.superseded_by = ANY($1::uuid[]) RETURNING ${CALL_VIEW}
   ), receipts AS (UPDATE annunciations n SET receipt_from = asked.receipt_from FROM (
     SELECT a.call_id, a.staff_id, app_now() - greatest(c.superseded_at - ${RECEIPT_FROM}, '0') AS receipt_from
     FROM released r JOIN calls c ON c.id = r.id JOIN annunciations a ON a.call_id = r.id CROSS JOIN ward_watch w
     WHERE r.superseded_by IS NULL AND r.state = 'pending' AND ${IN_FORCE} ORDER BY 1, 2 FOR NO KEY UPDATE OF a
   ) asked WHERE n.call_id = asked.call_id AND n.staff_id = asked.staff_id)
   SELECT * FROM released`,
);
/** The calls that the call ($1) names, and stops: itself, or by way of a call that it stops. */
const complete = statement(
  'complete_superseded_calls',
  `UPDATE calls c SET state = 'completed', version = c.version + 1, completed_at = app_now(), closed_by = $2, ${CLOSED} FROM calls o
   WHERE o.id = c.id AND o.id IN ${CALL_AND_STOPPED} AND o.id = ANY(ARRAY(SELECT unnest(n.supersedes) FROM calls n WHERE n.id = $1))
   RETURNING o.state AS "from", ${CALL_VIEW}`,
);

type View = CallView & Record<string, unknown>;
/** A call that was superseded by one that has closed; `from`: its state before, where it was completed with it. */
type Ended = CallView & { from?: CallState };

/** An urgent call stops the clocks of the less urgent ones of its place; they go on when it closes. */
@Injectable()
export class Supersession {
  constructor(
    private readonly calls: CallsRepository,
    private readonly journal: CallJournal,
  ) {}

  /** A call has been placed that names less urgent ones. */
  async begin(tx: Transaction, call: { id: string; rank: number }, by: Actor): Promise<void> {
    if (call.rank < BEDSIDE_PRESENCE_RANK) return;
    for (const view of await tx.query<View>(supersede, [call.id])) this.journal.append(tx, 'call.superseded', view, by);
  }

  /**
   * The call has closed; those that it has superseded were locked with it. The rows say which: a type's rank may have changed since.
   * @param closedBy who completes the superseded calls, too; undefined: they go on. @returns what has changed, for {@link announce}
   */
  async end(tx: Transaction, callId: string, closedBy?: string): Promise<Ended[]> {
    if (closedBy === undefined) return tx.query<View>(release, [[callId]]);
    const closed = await tx.query<{ from: CallState; id: string }>(complete, [callId, closedBy]);
    const ended: Ended[] = await tx.query<View>(release, [[callId, ...closed.map(({ id }) => id)]]);
    // As it is with what the change itself has brought about.
    for (const { from, id } of closed) ended.push({ ...(await this.calls.view(tx, id)), from });
    return ended;
  }

  /** Behind the event of the call that has closed. */
  announce(tx: Transaction, ended: readonly Ended[], by: Actor): void {
    for (const { from, ...view } of ended) {
      if (from !== undefined) this.journal.append(tx, 'call.completed', view, by, { from, reason: 'superseded' });
      else if (view.superseded_by === null) this.journal.append(tx, 'call.resumed', view, by);
    }
  }
}
