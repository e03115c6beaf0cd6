import { Inject, Injectable } from '@nestjs/common';
import { WARD_SETTINGS } from '../../platform/config/config.module.js';
import type { WardSettings } from '../../platform/config/ward.settings.js';
import { statement } from '../../platform/database/statement.js';
import type { Transaction } from '../../platform/database/transactions.js';
import type { DispatchMode } from '../hospital/entities/call-type.entity.js';
import { CALL_VIEW, type CallView } from './call.js';
import type { CallFacts, Standing } from './call-permissions.js';
import { nextDeadline } from './policies/escalation-clock.js';

const LOCKED = `c.id, c.dept_id AS dept, c.room_id AS "roomId", c.station_ids AS "stationIds", c.type, c.state, c.version,
  c.accepted_by AS "acceptedBy", c.present_by AS "presentBy", c.level, t.rank, t.dispatch, t.cancel_policy AS "cancelPolicy"`;

const lock = statement(
  'lock_call',
  `SELECT ${LOCKED} FROM calls c JOIN call_types t ON t.id = c.type WHERE c.id = $1 FOR NO KEY UPDATE OF c`,
);
const view = statement('view_call', `SELECT ${CALL_VIEW} FROM calls c WHERE c.id = $1`);
const standing = statement(
  'call_standing',
  `SELECT p.id AS "staffId", p.role,
     p.role = 'admin' OR EXISTS (SELECT FROM memberships m WHERE m.staff_id = p.id AND m.dept_id = $2) AS "isMember",
     EXISTS (SELECT FROM annunciations r WHERE r.call_id = $3 AND r.staff_id = p.id AND r.withdrawn_reason IS DISTINCT FROM 'stepped_back') AS "isRecipient"
   FROM staff p WHERE p.id = $1 AND p.active`,
);
const accept = statement(
  'accept_call',
  `UPDATE calls SET state = 'accepted', version = version + 1, accepted_by = $2, accepted_at = app_now(),
     next_escalation_at = NULL, presence_due_at = app_now() + make_interval(secs => $3) WHERE id = $1`,
);
const PAUSED = '(c.paused + (app_now() - c.accepted_at))';
const reopen = statement(
  'reopen_call',
  `UPDATE calls c SET state = 'pending', version = version + 1, accepted_by = NULL, accepted_at = NULL, presence_due_at = NULL,
     engine_failures = 0, engine_retry_at = NULL, paused = ${PAUSED}, next_escalation_at = ${nextDeadline({ paused: PAUSED })} WHERE c.id = $1`,
);
const arrive = statement(
  'arrive_at_call',
  `UPDATE calls SET state = 'in_progress', version = version + 1, present_at = app_now(), present_by = $2,
     next_escalation_at = NULL, presence_due_at = NULL,
     accepted_by = coalesce($3::uuid, accepted_by), accepted_at = coalesce(accepted_at, app_now()) WHERE id = $1`,
);
const complete = statement(
  'complete_call',
  `UPDATE calls SET state = 'completed', version = version + 1, completed_at = app_now(), closed_by = $2,
     accepted_by = coalesce(accepted_by, $3::uuid) WHERE id = $1`,
);
const cancel = statement(
  'cancel_call',
  `UPDATE calls SET state = 'cancelled', version = version + 1, cancelled_at = app_now(), closed_by = $2, cancel_reason = $3,
     next_escalation_at = NULL, presence_due_at = NULL WHERE id = $1`,
);
const markDeclined = statement(
  'mark_declined',
  `INSERT INTO annunciations (call_id, staff_id, role, queued_at, reason, declined_at, withdrawn_at)
   SELECT $1, id, role, app_now(), 'declined', app_now(), app_now() FROM staff WHERE id = $2
   ON CONFLICT (call_id, staff_id) DO UPDATE SET declined_at = excluded.declined_at, withdrawn_at = excluded.withdrawn_at`,
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
}

/** The statements that change calls. Each belongs into a transaction that ends with its event. */
@Injectable()
export class CallsRepository {
  constructor(@Inject(WARD_SETTINGS) private readonly ward: WardSettings) {}

  lock(tx: Transaction, id: string): Promise<LockedCall | undefined> {
    return tx.one<LockedCall & Record<string, unknown>>(lock, [id]);
  }

  async view(tx: Transaction, id: string): Promise<CallView> {
    const row = await tx.one<CallView & Record<string, unknown>>(view, [id]);
    if (!row) throw new Error('a locked call cannot be read');
    return row;
  }

  /** Undefined for somebody who left. On-duty is the shifts' to say. */
  standing(tx: Transaction, staffId: string, call: { id: string; dept: string }): Promise<Omit<Standing, 'isOnDuty'> | undefined> {
    return tx.one<Omit<Standing, 'isOnDuty'> & Record<string, unknown>>(standing, [staffId, call.dept, call.id]);
  }

  /** The ladder's clock stops; presence is awaited. */
  async accept(tx: Transaction, id: string, staffId: string): Promise<void> {
    await tx.query(accept, [id, staffId, this.ward.CALL_PRESENCE_SEC]);
  }

  async reopen(tx: Transaction, id: string): Promise<void> {
    await tx.query(reopen, [id]);
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

  async markDeclined(tx: Transaction, id: string, staffId: string): Promise<void> {
    await tx.query(markDeclined, [id, staffId]);
  }
}
