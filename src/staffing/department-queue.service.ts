import { Inject, Injectable } from '@nestjs/common';
import type { ClusterSettings } from '../config/cluster.settings.js';
import { CLUSTER_SETTINGS, WARD_SETTINGS } from '../config/config.module.js';
import type { WardSettings } from '../config/ward.settings.js';
import { statement } from '../database/statement.js';
import type { Transaction } from '../database/transactions.js';

const lock = statement('lock_queue', 'SELECT dept_id FROM department_queue WHERE dept_id = $1 FOR UPDATE');
const toTail = statement(
  'to_queue_tail',
  `WITH tail AS (UPDATE department_queue SET next_position = next_position + 1 WHERE dept_id = $1 RETURNING next_position - 1 AS place)
   UPDATE shifts SET queue_position = (SELECT place FROM tail) WHERE dept_id = $1 AND staff_id = $2 AND ended_at IS NULL RETURNING id`,
);
const leave = statement(
  'leave_queue',
  'UPDATE shifts SET queue_position = NULL WHERE staff_id = $1 AND dept_id = $2 AND ended_at IS NULL AND queue_position IS NOT NULL RETURNING id',
);
/** Whoever may be asked: on duty in the queue, active, not excluded, reachable, and not yet told of the call. */
const ASKABLE = `s.ended_at IS NULL AND s.queue_position IS NOT NULL AND p.active
  AND NOT EXISTS (SELECT FROM exclusions x WHERE x.dept_id = s.dept_id AND x.staff_id = s.staff_id AND x.ended_at IS NULL AND x.until > app_now())
  AND NOT EXISTS (SELECT FROM annunciations a WHERE a.call_id = $2 AND a.staff_id = s.staff_id)
  AND is_reachable(s.staff_id, $3, $4)`;
const head = statement(
  'queue_head',
  `SELECT s.staff_id AS "staffId" FROM shifts s JOIN staff p ON p.id = s.staff_id WHERE s.dept_id = $1 AND ${ASKABLE} ORDER BY s.queue_position LIMIT 1`,
);
const assigned = statement(
  'askable_assigned',
  `SELECT s.staff_id AS "staffId", s.staff_id = ra.primary_id AS "isPrimary"
   FROM room_assignments ra JOIN shifts s ON s.dept_id = ra.dept_id AND s.staff_id IN (ra.primary_id, ra.backup_id) JOIN staff p ON p.id = s.staff_id
   WHERE s.dept_id = $1 AND ra.room_id = $5 AND (ra.until IS NULL OR ra.until > app_now()) AND ${ASKABLE}
   ORDER BY s.staff_id = ra.primary_id DESC LIMIT 1`,
);

/** The department's on-duty nurses in round-robin order. Its row is locked first, then somebody is chosen: two calls at once never take the same turn. */
@Injectable()
export class DepartmentQueue {
  private readonly reach: readonly [number, number];

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

  /** The first who may be asked about the call, under the queue's lock; undefined when nobody is left. Goes to the tail. */
  async takeNext(tx: Transaction, dept: string, callId: string): Promise<string | undefined> {
    await this.lock(tx, dept);
    const next = await tx.one<{ staffId: string }>(head, [dept, callId, ...this.reach]);
    if (next) await this.toTail(tx, dept, next.staffId);
    return next?.staffId;
  }

  /** The room's primary, then its backup, if they may be asked about the call. Keeps their place in the queue. */
  assignedTo(tx: Transaction, dept: string, roomId: string, callId: string): Promise<{ staffId: string; isPrimary: boolean } | undefined> {
    return tx.one<{ staffId: string; isPrimary: boolean }>(assigned, [dept, callId, ...this.reach, roomId]);
  }
}
