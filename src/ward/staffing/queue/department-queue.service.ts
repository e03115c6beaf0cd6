import { Inject, Injectable } from '@nestjs/common';
import type { ClusterSettings } from '../../../platform/config/settings/cluster.settings.js';
import { CLUSTER_SETTINGS, WARD_SETTINGS } from '../../../platform/config/config.module.js';
import type { WardSettings } from '../../../platform/config/settings/ward.settings.js';
import { statement } from '../../../platform/database/statement.js';
import type { Transaction } from '../../../platform/database/transactions.js';

const lock = statement('lock_queue', 'SELECT dept_id FROM department_queue WHERE dept_id = $1 FOR UPDATE');
const toTail = statement(
  'to_queue_tail',
  `WITH tail AS (UPDATE department_queue SET next_position = next_position + 1 WHERE dept_id = $1 RETURNING next_position - 1 AS place)
   UPDATE shifts SET queue_position = (SELECT place FROM tail) WHERE dept_id = $1 AND staff_id = $2 AND ended_at IS NULL AND paused_until IS NULL RETURNING id`,
);
const leave = statement(
  'leave_queue',
  'UPDATE shifts SET queue_position = NULL WHERE staff_id = $1 AND dept_id = $2 AND ended_at IS NULL AND queue_position IS NOT NULL RETURNING id',
);
const isLast = statement(
  'is_last_reachable',
  `SELECT EXISTS (SELECT FROM queued_nurses n WHERE n.dept_id = $1 AND n.staff_id = $2) AND is_reachable($2, $3, $4)
     AND NOT EXISTS (SELECT FROM queued_nurses n WHERE n.dept_id = $1 AND n.staff_id <> $2 AND is_reachable(n.staff_id, $3, $4)) AS last`,
);
const takeTurn = statement(
  'take_turn',
  'SELECT o_staff AS "staffId", o_reason AS reason FROM take_turn($1, $2, $3, $4, $5) WHERE o_staff IS NOT NULL',
);

/** Every nurse whose turn it may be, in the order in which `take_turn` would choose. */
const candidates = statement(
  'dispatch_candidates',
  `SELECT n.staff_id AS "staffId", b.busy AS "isBusy",
     CASE n.staff_id WHEN ra.primary_id THEN 'primary' WHEN ra.backup_id THEN 'backup' ELSE 'queue' END AS reason
   FROM queued_nurses n
   LEFT JOIN room_assignments ra ON ra.room_id = $3 AND ra.dept_id = n.dept_id AND (ra.until IS NULL OR ra.until > app_now())
   CROSS JOIN LATERAL (
     SELECT EXISTS (SELECT FROM calls c WHERE c.accepted_by = n.staff_id AND c.state IN ('accepted', 'in_progress')) AS busy) b
   WHERE n.dept_id = $1
     AND NOT EXISTS (SELECT FROM annunciations a WHERE a.call_id = $2 AND a.staff_id = n.staff_id AND (a.withdrawn_at IS NULL OR a.declined_at IS NOT NULL))
     AND is_reachable(n.staff_id, $4, $5)
   ORDER BY CASE n.staff_id WHEN ra.primary_id THEN 0 WHEN ra.backup_id THEN 1 ELSE 2 END, b.busy, n.queue_position LIMIT 200`,
);

/** The next person, and the reason: the room's primary or backup, who keep their place, or the head of the queue. */
export interface Turn {
  staffId: string;
  reason: 'primary' | 'backup' | 'queue';
}

/**
 * The department's on-duty nurses in round-robin order. Its row is locked before the choice: two calls at once never take the
 * same turn.
 */
@Injectable()
export class DepartmentQueue {
  /** The grace, and when a node counts as dead, both in seconds: how `is_reachable` is asked. */
  readonly reach: readonly [number, number];

  constructor(@Inject(WARD_SETTINGS) ward: WardSettings, @Inject(CLUSTER_SETTINGS) cluster: ClusterSettings) {
    this.reach = [ward.NURSE_DISCONNECT_GRACE_SEC, cluster.SERVER_STALE_SEC];
  }

  /** Held until the transaction ends; comes after calls and before shifts in the lock order. */
  async lock(tx: Transaction, dept: string): Promise<void> {
    await tx.query(lock, [dept]);
  }

  /** Puts an on-duty nurse at the tail: who starts, who comes back, who has just been chosen. */
  async toTail(tx: Transaction, dept: string, staffId: string): Promise<void> {
    await tx.query(toTail, [dept, staffId]);
  }

  /** @returns whether the nurse was in the queue */
  async leave(tx: Transaction, dept: string, staffId: string): Promise<boolean> {
    return (await tx.one(leave, [staffId, dept])) !== undefined;
  }

  /** True when the person takes turns and can be reached, and nobody else can. The queue must be locked. */
  async isLastReachable(tx: Transaction, dept: string, staffId: string): Promise<boolean> {
    const row = await tx.one<{ last: boolean }>(isLast, [dept, staffId, ...this.reach]);
    return row?.last ?? false;
  }

  /** Those whose turn it may be for a call at the room, in order. Locks the queue. */
  async candidates(tx: Transaction, call: { id: string; dept: string; roomId: string }): Promise<(Turn & { isBusy: boolean })[]> {
    const values = [call.dept, call.id, call.roomId, ...this.reach];
    const [, found] = await Promise.all([
      this.lock(tx, call.dept),
      tx.query<Turn & { isBusy: boolean } & Record<string, unknown>>(candidates, values),
    ]);
    return found;
  }

  /** A candidate takes their turn: one of the queue goes to its tail. @returns false where the nurse has left meanwhile */
  async take(tx: Transaction, dept: string, { staffId, reason }: Turn): Promise<boolean> {
    return reason !== 'queue' || (await tx.one(toTail, [dept, staffId])) !== undefined;
  }

  /**
   * The next person for a call at the room: the first who is on duty, not excluded, reachable and not yet asked; undefined
   * when nobody is left. Locks the queue; a person from its head goes to the tail.
   */
  async turn(tx: Transaction, call: { id: string; dept: string; roomId: string }): Promise<Turn | undefined> {
    return tx.one<Turn & Record<string, unknown>>(takeTurn, [call.dept, call.id, call.roomId, ...this.reach]);
  }
}
