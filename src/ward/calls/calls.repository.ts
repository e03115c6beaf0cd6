import { Injectable } from '@nestjs/common';
import { statement } from '../../platform/database/statement.js';
import type { Transaction } from '../../platform/database/transactions.js';
import type { DispatchMode } from '../hospital/entities/call-type.entity.js';
import { AWAITED, CALL_VIEW, type CallView, type DeclineCode, type Timer } from './call.js';
import type { CallFacts, CallerContext } from './call-permissions.js';
import { nextDeadline } from './policies/escalation-clock.js';

const LOCKED = `c.id, c.dept_id AS dept, c.room_id AS "roomId", c.station_ids AS "stationIds", c.type, c.state, c.version,
  c.accepted_by AS "acceptedBy", c.present_by AS "presentBy", c.level, t.rank, t.dispatch, t.cancel_policy AS "cancelPolicy",
  c.press_again_at IS NOT NULL AS "isPressedAgain"`;

const lock = statement(
  'lock_call',
  `SELECT ${LOCKED} FROM calls c JOIN call_types t ON t.id = c.type WHERE c.id = $1 FOR NO KEY UPDATE OF c`,
);
export const viewCall = statement('view_call', `SELECT ${CALL_VIEW} FROM calls c WHERE c.id = $1`);
/** The membership cannot end before the transaction does. $3 asks whether the person is on duty: their shift then cannot, either. */
const standing = statement(
  'call_standing',
  `SELECT p.id AS "staffId", p.role,
     p.role = 'admin' OR EXISTS (SELECT FROM memberships m WHERE m.staff_id = p.id AND m.dept_id = c.dept_id FOR KEY SHARE) AS "isMember",
     EXISTS (SELECT FROM annunciations r WHERE r.call_id = c.id AND r.staff_id = p.id AND r.withdrawn_reason IS DISTINCT FROM 'stepped_back') AS "isRecipient",
     CASE WHEN $3 THEN EXISTS (SELECT FROM shifts h WHERE h.staff_id = p.id AND h.dept_id = c.dept_id AND h.ended_at IS NULL FOR SHARE)
       ELSE false END AS "isOnDuty",
     EXISTS (SELECT FROM stations s WHERE s.room_id = c.room_id AND s.retired_at IS NULL AND s.stale_since IS NULL) AS "roomIsHeard"
   FROM calls c JOIN staff p ON p.id = $1 AND p.active WHERE c.id = $2`,
);
/** The call ($1), and the calls whose clocks it stops: itself, or by way of a call that it stops. */
export const CALL_AND_STOPPED = `(WITH RECURSIVE stopped AS (
  SELECT $1::uuid AS id UNION SELECT b.id FROM calls b JOIN stopped s ON b.superseded_by = s.id) SELECT id FROM stopped)`;
/** Locks the calls that it has superseded, too, in the order in which calls are locked. */
const lockClosing = statement(
  'lock_closing_call',
  `SELECT ${LOCKED} FROM calls c JOIN call_types t ON t.id = c.type WHERE c.id IN ${CALL_AND_STOPPED} ORDER BY c.id FOR NO KEY UPDATE OF c`,
);
const nothingAwaited = (...but: readonly Timer[]) =>
  [...AWAITED.filter((timer) => !but.includes(timer)), 'attendance_asked_at'].map((at) => `${at} = NULL`).join(', ');
/** Every clock of a call that closes stops. */
export const CLOSED = `${nothingAwaited()}, next_escalation_at = NULL, repeat_due_at = NULL, superseded_by = NULL, superseded_at = NULL, clock_left = NULL`;
const NOBODY_PRESENT = 'accepted_by = NULL, accepted_at = NULL, present_by = NULL, present_at = NULL, attended_at = NULL';
/** A superseded pending call is taken on: its pause so far is added here, and ends with the acceptance. */
const STOOD_STILL = `paused = CASE WHEN c.state = 'pending' AND c.superseded_by IS NOT NULL THEN c.paused + (app_now() - c.superseded_at) ELSE c.paused END`;
/** A clock of so many seconds starts; while the call is superseded it waits. */
function startClock(due: Timer, seconds: string): string {
  const length = `make_interval(secs => ${seconds})`;
  return `${due} = CASE WHEN c.superseded_by IS NULL THEN app_now() + ${length} END, clock_left = CASE WHEN c.superseded_by IS NOT NULL THEN ${length} END`;
}

const accept = statement(
  'accept_call',
  `UPDATE calls c SET state = 'accepted', version = version + 1, accepted_by = $2, accepted_at = app_now(), next_escalation_at = NULL,
     ${STOOD_STILL}, ${startClock('presence_due_at', 'c.presence_sec')} WHERE c.id = $1`,
);
/** A call that stood superseded while it was accepted awaited the presence for so much longer. */
const SUPERSEDED = `coalesce(greatest(c.presence_due_at - c.accepted_at - make_interval(secs => c.presence_sec), '0'), '0')`;
/** The time for which it was accepted is counted; that of a second absence ($2) in a round, which cannot hold the ladder, as far as it stood superseded. */
const PAUSED = `(CASE WHEN $2::boolean AND c.no_presences > 0 THEN c.paused + ${SUPERSEDED} ELSE c.paused + (app_now() - c.accepted_at) END)`;
const PENDING = `state = 'pending', version = version + 1, ${nothingAwaited()}, ${NOBODY_PRESENT}, clock_left = NULL, engine_failures = 0, engine_retry_at = NULL,
  superseded_at = CASE WHEN c.superseded_by IS NOT NULL THEN app_now() END`;
const reopen = statement(
  'reopen_call',
  `UPDATE calls c SET ${PENDING}, no_presences = no_presences + $2::boolean::int,
     paused = ${PAUSED}, next_escalation_at = ${nextDeadline({ paused: PAUSED })} WHERE c.id = $1`,
);
const startRound = statement(
  'start_round',
  `UPDATE calls c SET ${PENDING}, round = round + 1, round_started_at = app_now(), earlier_level = greatest(c.earlier_level, c.level), level = 0,
     no_presences = 0, paused = '0', failsafe_repeats = 0, failsafe_from = 3, top_level_sec = 0,
     next_escalation_at = CASE WHEN c.superseded_by IS NULL THEN app_now() + make_interval(secs => l1_sec) END WHERE c.id = $1`,
);
/** $3: the person; null where a station shows the presence, which names nobody: a person who has arrived stays the one who is present. */
const arrive = statement(
  'arrive_at_call',
  `UPDATE calls c SET state = 'in_progress', version = version + (c.state <> 'in_progress')::int, present_at = coalesce(c.present_at, app_now()),
     present_by = CASE WHEN $3::uuid IS NULL THEN coalesce(c.present_by, $2) ELSE $2 END, ${nothingAwaited('attendance_due_at')}, next_escalation_at = NULL,
     attended_at = app_now(), ${STOOD_STILL}, ${startClock('attendance_due_at', 'c.attendance_sec')},
     accepted_by = coalesce($3::uuid, accepted_by), accepted_at = coalesce(accepted_at, app_now()) WHERE c.id = $1`,
);
const complete = statement(
  'complete_call',
  `UPDATE calls SET state = 'completed', version = version + 1, completed_at = app_now(), closed_by = $2,
     accepted_by = coalesce(accepted_by, $3::uuid), ${CLOSED} WHERE id = $1`,
);
const cancel = statement(
  'cancel_call',
  `UPDATE calls SET state = 'cancelled', version = version + 1, cancelled_at = app_now(), closed_by = $2, cancel_reason = $3, ${CLOSED} WHERE id = $1`,
);
const markDeclined = statement(
  'mark_declined',
  `INSERT INTO annunciations (call_id, staff_id, role, queued_at, reason, declined_at, withdrawn_at, decline_code, decline_reason)
   SELECT $1, id, role, app_now(), 'declined', app_now(), app_now(), $3, $4 FROM staff WHERE id = $2
   ON CONFLICT (call_id, staff_id) DO UPDATE SET declined_at = excluded.declined_at, withdrawn_at = excluded.withdrawn_at,
     decline_code = excluded.decline_code, decline_reason = excluded.decline_reason`,
);

/** A call's row, locked until the transaction ends. */
export interface LockedCall extends CallFacts {
  id: string;
  dept: string;
  roomId: string;
  /** The stations that pressed. */
  stationIds: string[];
  type: string;
  version: number;
  level: number;
  dispatch: DispatchMode;
  /** A press came while a person was present; it counts later, or when they are lost. */
  isPressedAgain: boolean;
}

/** `roomIsHeard`: a station of the room is there and heard; then it shows the presence at urgent calls. */
export type StandingRow = Omit<CallerContext, 'showsPresence'> & { roomIsHeard: boolean };

/** The statements that change calls. Each belongs into a transaction that ends with its event. */
@Injectable()
export class CallsRepository {
  lock(tx: Transaction, id: string): Promise<LockedCall | undefined> {
    return tx.one<LockedCall & Record<string, unknown>>(lock, [id]);
  }

  /** For a command that may close it: with the calls that it has superseded. */
  async lockClosing(tx: Transaction, id: string): Promise<LockedCall | undefined> {
    return (await tx.query<LockedCall & Record<string, unknown>>(lockClosing, [id])).find((call) => call.id === id);
  }

  async view(tx: Transaction, id: string): Promise<CallView> {
    const row = await tx.one<CallView & Record<string, unknown>>(viewCall, [id]);
    if (!row) throw new Error('a locked call cannot be read');
    return row;
  }

  /** Undefined for a person who left, or without such a call. @param asksDuty locks the person's shift and reads whether they are on duty */
  standing(tx: Transaction, staffId: string, callId: string, asksDuty: boolean): Promise<StandingRow | undefined> {
    return tx.one<StandingRow & Record<string, unknown>>(standing, [staffId, callId, asksDuty]);
  }

  /** The ladder's clock stops; presence is awaited. */
  async accept(tx: Transaction, id: string, staffId: string): Promise<void> {
    await tx.query(accept, [id, staffId]);
  }

  /** @param isAbsence nobody came: the second time in a round moves no deadline */
  async reopen(tx: Transaction, id: string, { isAbsence = false } = {}): Promise<void> {
    await tx.query(reopen, [id, isAbsence]);
  }

  /** The call starts again from level 0; its deadlines count from now. */
  async startRound(tx: Transaction, id: string): Promise<void> {
    await tx.query(startRound, [id]);
  }

  /** @param staffId null where a station shows the presence: it names nobody */
  async arrive(tx: Transaction, id: string, presentBy: string, staffId: string | null): Promise<void> {
    await tx.query(arrive, [id, presentBy, staffId]);
  }

  async complete(tx: Transaction, id: string, staffId: string): Promise<void> {
    await tx.query(complete, [id, `staff:${staffId}`, staffId]);
  }

  async cancel(tx: Transaction, id: string, closedBy: string, reason: string | undefined): Promise<void> {
    await tx.query(cancel, [id, closedBy, reason ?? null]);
  }

  /** @param why stays in the record */
  async markDeclined(
    tx: Transaction,
    id: string,
    staffId: string,
    why: { code?: DeclineCode | undefined; reason?: string | undefined } = {},
  ): Promise<void> {
    await tx.query(markDeclined, [id, staffId, why.code ?? null, why.reason ?? null]);
  }
}
