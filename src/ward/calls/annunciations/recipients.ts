import { Inject, Injectable } from '@nestjs/common';
import type { ClusterSettings } from '../../../platform/config/settings/cluster.settings.js';
import { CLUSTER_SETTINGS, SESSION_SETTINGS, WARD_SETTINGS } from '../../../platform/config/config.module.js';
import type { SessionSettings } from '../../../platform/config/settings/session.settings.js';
import type { WardSettings } from '../../../platform/config/settings/ward.settings.js';
import { statement } from '../../../platform/database/statement.js';
import type { Transaction } from '../../../platform/database/transactions.js';
import { Dispatch, type DispatchTarget } from '../dispatch/dispatch.js';
import type { DispatchableCall } from '../dispatch/dispatch-strategy.js';
import type { DispatchMode } from '../../hospital/entities/call-type.entity.js';
import { DepartmentQueue } from '../../staffing/queue/department-queue.service.js';
import {
  ASKING_COLUMNS,
  askingsWith,
  belongs,
  comes,
  forgetAskings,
  IN_FORCE,
  IS_HEARD,
  IS_SECOND_LINE,
  LEADS,
  MAY_ANSWER,
  MAY_BE_ASKED,
  OR_ASK_AGAIN,
  SIGNED_IN,
} from './asking.js';
import type { UnattendedReason } from '../call-events.js';
import { BEDSIDE_PRESENCE_RANK } from '../call-permissions.js';
import { CallMetrics } from '../projections/call-metrics.js';
import { callView, type CallView } from '../call.js';
import { viewCall } from '../calls.repository.js';

/** Adds people to a call; returns those who are new, each with whether they can be reached. */
function addStatement(name: string, source: string, reason: string) {
  return statement(
    name,
    `WITH added AS (
       INSERT INTO annunciations (call_id, staff_id, role, queued_at, reason)
       SELECT $1, p.id, p.role, app_now(), ${reason} FROM ${source}
       ${OR_ASK_AGAIN} RETURNING staff_id
     ) SELECT staff_id AS "staffId", is_reachable(staff_id, $3, $4) AS reachable FROM added ORDER BY staff_id`,
  );
}

const MEMBERS = 'memberships m JOIN staff p ON p.id = m.staff_id AND p.active WHERE m.dept_id = $2';

/** Asks the person of `turn` (`staff`, `reason`), where there is one, about the call ($1), and answers the call as it is then; no row where there is no such call. */
function askStatement(name: string, turn: string) {
  return statement(
    name,
    `WITH turn AS MATERIALIZED (${turn}), added AS (
       INSERT INTO annunciations (call_id, staff_id, role, queued_at, reason)
       SELECT $1, p.id, p.role, app_now(), t.reason FROM turn t JOIN staff p ON p.id = t.staff
       ${OR_ASK_AGAIN} RETURNING ${ASKING_COLUMNS}
     ) SELECT (SELECT staff FROM turn) AS asked, ${callView(askingsWith('added'))} FROM calls c WHERE c.id = $1`,
  );
}
const askTurn = askStatement(
  'ask_next_in_queue',
  `SELECT t.o_staff AS staff, t.o_reason AS reason FROM calls c CROSS JOIN LATERAL take_turn(c.dept_id, c.id, c.room_id, $2, $3) t
   WHERE c.id = $1 AND t.o_staff IS NOT NULL`,
);
const askChosen = askStatement(
  'ask_chosen_person',
  'SELECT $2::uuid AS staff, $3::text AS reason FROM calls c WHERE c.id = $1 AND $2::uuid IS NOT NULL',
);
const addChosen = statement(
  'add_chosen_recipient',
  `INSERT INTO annunciations (call_id, staff_id, role, queued_at, reason) SELECT $1, p.id, p.role, app_now(), 'reassigned' FROM staff p WHERE p.id = $2
   ON CONFLICT (call_id, staff_id) DO UPDATE SET reason = excluded.reason, declined_at = NULL, withdrawn_at = NULL`,
);
/** The person ($2) who was present, where they can be reached and still belong to the department ($5). */
const addPresent = statement(
  'add_present_person',
  `INSERT INTO annunciations (call_id, staff_id, role, queued_at, reason) SELECT $1, p.id, p.role, app_now(), 'was_present' FROM staff p
   WHERE p.id = $2 AND p.active AND ${MAY_ANSWER} AND is_reachable(p.id, $3, $4)
     AND ${belongs('$5')}
   ${OR_ASK_AGAIN} RETURNING staff_id`,
);
const canReach = statement('can_reach', 'SELECT is_reachable($1, $2, $3) AS reachable');
/** People on a break ($5: the call is so urgent that they are asked, too). */
const addBroadcast = addStatement(
  'add_broadcast',
  `(SELECT p.id, p.role, (SELECT h.paused_until IS NOT NULL FROM shifts h WHERE h.staff_id = p.id AND h.dept_id = $2 AND h.ended_at IS NULL) AS paused
    FROM ${MEMBERS}) p WHERE CASE WHEN p.paused THEN $5 ELSE p.role = 'manager' OR p.paused IS NOT NULL END AND EXISTS (SELECT FROM calls c WHERE c.id = $1)`,
  "'broadcast'",
);
const addManagers = addStatement('add_managers', `${MEMBERS} AND p.role = 'manager'`, "'manager'");
const addAdmins = addStatement('add_admins', "staff p WHERE p.role = 'admin' AND p.active AND $2::text IS NOT NULL", "'administrator'");
const addAllSignedIn = addStatement(
  'add_everybody',
  `${MEMBERS} AND (p.role = 'manager' OR ${SIGNED_IN} AND ${MAY_ANSWER})`,
  "CASE p.role WHEN 'manager' THEN 'manager' ELSE 'signed_in' END",
);

const willing = statement(
  'has_willing_recipient',
  `SELECT EXISTS (SELECT FROM annunciations a JOIN staff p ON p.id = a.staff_id AND p.active
     WHERE a.call_id = $1 AND ${IN_FORCE} AND ${IS_HEARD} AND is_reachable(a.staff_id, $3, $4)
       AND ${comes('$2')}) AS willing`,
);
/** Level 2, and everybody who was added because nobody could be asked. $4: the managers' buffer. */
const secondLine = statement(
  'has_second_line',
  `SELECT EXISTS (SELECT FROM annunciations a JOIN staff p ON p.id = a.staff_id AND p.active
     JOIN calls c ON c.id = a.call_id WHERE a.call_id = $1 AND ${IN_FORCE} AND ${IS_SECOND_LINE} AND ${belongs('c.dept_id')}
       AND is_reachable(a.staff_id, CASE WHEN ${LEADS} THEN $4::float8 ELSE $2::float8 END, $3)) AS reached`,
);
/** Why nobody on duty can be asked. */
const whyNobody = statement(
  'why_nobody',
  `SELECT CASE WHEN count(*) = 0 THEN 'nobody_on_duty' WHEN bool_and(declined) OR bool_or(reachable) AND bool_and(declined OR NOT reachable) THEN 'all_declined'
     ELSE 'nobody_reachable' END AS reason
   FROM (SELECT is_reachable(h.staff_id, $3, $4) AS reachable,
           EXISTS (SELECT FROM annunciations a WHERE a.call_id = $1 AND a.staff_id = h.staff_id AND a.declined_at IS NOT NULL) AS declined
         FROM shifts h JOIN staff p ON p.id = h.staff_id AND p.active WHERE h.dept_id = $2 AND ${MAY_BE_ASKED}) one`,
);

/** People who have just been asked, and the call as it is then; undefined where there is no such call. */
export interface Asked {
  asked: string[];
  view: CallView | undefined;
}
type AskedRow = CallView & { asked: string | null } & Record<string, unknown>;

interface Added {
  staffId: string;
  reachable: boolean;
}

/** A call as far as its recipients go. */
export interface DispatchInput extends DispatchableCall {
  dispatch: DispatchMode;
}

/** The people that a call is shown to. Recipients accumulate: a recipient stays one. */
@Injectable()
export class Recipients {
  private readonly stale: number;

  constructor(
    private readonly nurses: Dispatch,
    private readonly queue: DepartmentQueue,
    private readonly metrics: CallMetrics,
    @Inject(WARD_SETTINGS) private readonly ward: WardSettings,
    @Inject(SESSION_SETTINGS) private readonly session: SessionSettings,
    @Inject(CLUSTER_SETTINGS) cluster: ClusterSettings,
  ) {
    this.stale = cluster.SERVER_STALE_SEC;
  }

  /** The call's first targets: those who were asked and can be reached; nobody, when the call is unattended. */
  async dispatch(tx: Transaction, call: DispatchInput): Promise<Asked> {
    const dispatched = await (call.dispatch === 'broadcast' ? this.broadcast(tx, call) : this.askNext(tx, call));
    tx.afterCommit(() => {
      this.metrics.dispatched(dispatched.asked.length > 0);
    });
    return dispatched;
  }

  /** The next nurse, if there is one; who asks adds them. */
  next(tx: Transaction, call: DispatchableCall): Promise<DispatchTarget | undefined> {
    return this.nurses.next(tx, call);
  }

  /** The same, asked at once. */
  async askNext(tx: Transaction, call: DispatchableCall): Promise<Asked> {
    const row = this.nurses.isQueueAlone
      ? await tx.one<AskedRow>(askTurn, [call.id, ...this.queue.reach])
      : await this.askStrategy(tx, call);
    if (!row) return { asked: [], view: undefined };
    const { asked, ...view } = row;
    return { asked: asked === null ? [] : [asked], view };
  }

  /** One person by a manager's choice, also one who has declined: they are asked again. */
  async addChosen(tx: Transaction, callId: string, staffId: string): Promise<void> {
    await tx.query(addChosen, [callId, staffId]);
  }

  /**
   * For a call that starts again: nobody is asked any more, and then the person who was present alone.
   * @param staffId null where nobody is named. @returns whether they are asked
   */
  async startAgain(tx: Transaction, call: DispatchableCall, staffId: string | null): Promise<boolean> {
    await tx.query(forgetAskings, [call.id]);
    if (staffId === null) return false;
    return (await tx.one(addPresent, [call.id, staffId, this.ward.NURSE_DISCONNECT_GRACE_SEC, this.stale, call.dept])) !== undefined;
  }

  /** True when a person has a live connection, or had one within the grace. */
  async canReach(tx: Transaction, staffId: string): Promise<boolean> {
    const row = await tx.one<{ reachable: boolean }>(canReach, [staffId, this.ward.NURSE_DISCONNECT_GRACE_SEC, this.stale]);
    return row?.reachable ?? false;
  }

  /**
   * Adds the department's managers. Disconnected ones within the buffer count as reachable.
   * @returns those who were not told before and can be reached: lost ones within the buffer count
   */
  addManagers(tx: Transaction, call: DispatchableCall): Promise<string[]> {
    return this.add(tx, addManagers, call, this.session.SESSION_RECONNECT_BUFFER_SEC);
  }

  addAdministrators(tx: Transaction, call: DispatchableCall): Promise<string[]> {
    return this.add(tx, addAdmins, call, this.session.SESSION_RECONNECT_BUFFER_SEC);
  }

  /**
   * Adds everyone who is signed in to the department, and its managers.
   * @returns those who were not told before and can be reached
   */
  addAllSignedIn(tx: Transaction, call: DispatchableCall): Promise<string[]> {
    return this.add(tx, addAllSignedIn, call, this.ward.NURSE_DISCONNECT_GRACE_SEC);
  }

  /** True when a person who was asked, has not declined and can be reached is left. */
  async hasReachableRecipient(tx: Transaction, call: { id: string; dept: string }): Promise<boolean> {
    const row = await tx.one<{ willing: boolean }>(willing, [call.id, call.dept, this.ward.NURSE_DISCONNECT_GRACE_SEC, this.stale]);
    return row?.willing ?? false;
  }

  /**
   * True when a manager can be reached, or a person who was added because nobody could be asked. Disconnected managers count
   * within their buffer.
   */
  async hasSecondLine(tx: Transaction, callId: string): Promise<boolean> {
    const buffer = this.session.SESSION_RECONNECT_BUFFER_SEC;
    const row = await tx.one<{ reached: boolean }>(secondLine, [callId, this.ward.NURSE_DISCONNECT_GRACE_SEC, this.stale, buffer]);
    return row?.reached ?? false;
  }

  /** Why nobody can be asked. */
  async whyNobody(tx: Transaction, call: { id: string; dept: string }): Promise<UnattendedReason> {
    const values = [call.id, call.dept, this.ward.NURSE_DISCONNECT_GRACE_SEC, this.stale];
    const row = await tx.one<{ reason: UnattendedReason }>(whyNobody, values);
    return row?.reason ?? 'nobody_on_duty';
  }

  private async askStrategy(tx: Transaction, call: DispatchableCall): Promise<AskedRow | undefined> {
    const target = await this.nurses.next(tx, call);
    return tx.one<AskedRow>(askChosen, [call.id, target?.staffId ?? null, target?.reason ?? null]);
  }

  /** Every on-duty nurse and manager of the department at once. */
  private async broadcast(tx: Transaction, call: DispatchableCall): Promise<Asked> {
    const [, asked, view] = await Promise.all([
      this.queue.lock(tx, call.dept),
      this.add(tx, addBroadcast, call, this.ward.NURSE_DISCONNECT_GRACE_SEC, call.rank >= BEDSIDE_PRESENCE_RANK),
      tx.one<CallView & Record<string, unknown>>(viewCall, [call.id]),
    ]);
    return { asked, view };
  }

  private async add(
    tx: Transaction,
    statement: typeof addManagers,
    call: DispatchableCall,
    graceSec: number,
    ...more: boolean[]
  ): Promise<string[]> {
    const added = await tx.query<Added & Record<string, unknown>>(statement, [call.id, call.dept, graceSec, this.stale, ...more]);
    return added.filter((one) => one.reachable).map((one) => one.staffId);
  }
}
