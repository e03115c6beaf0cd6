import { Injectable } from '@nestjs/common';
import { statement } from '../database/statement.js';
import type { Transaction } from '../database/transactions.js';
import { EventLog } from '../events/event-log.js';
import { DepartmentQueue } from '../staffing/department-queue.service.js';

const lock = statement('lock_presence', "SELECT pg_advisory_xact_lock(hashtext('wardline presence'), hashtext($1))");
const forget = statement(
  'forget_connections',
  'DELETE FROM staff_connections WHERE server_id = $1 AND staff_id = $2 AND connection_id <> ALL($3)',
);
const remember = statement(
  'remember_connections',
  `INSERT INTO staff_connections (connection_id, server_id, staff_id) SELECT id, $1, $2 FROM unnest($3::uuid[]) AS id
   WHERE EXISTS (SELECT FROM nodes WHERE server_id = $1) ON CONFLICT (connection_id) DO NOTHING`,
);
const isConnected = statement('is_connected', 'SELECT true AS connected FROM staff_connections WHERE staff_id = $1 LIMIT 1');
const back = statement('end_absence', 'DELETE FROM staff_absences WHERE staff_id = $1 RETURNING handled_at IS NOT NULL AS handled');
const gone = statement(
  'begin_absence',
  'INSERT INTO staff_absences (staff_id, since) VALUES ($1, app_now()) ON CONFLICT (staff_id) DO NOTHING',
);
const shiftsOf = statement(
  'nurse_shifts_of',
  `SELECT s.dept_id AS dept, s.queue_position IS NULL AS waiting FROM shifts s JOIN staff p ON p.id = s.staff_id
   WHERE s.staff_id = $1 AND s.ended_at IS NULL AND p.role = 'nurse' ORDER BY s.dept_id COLLATE "C"`,
);

/** Which sockets a person has, as rows: known after any crash. */
@Injectable()
export class StaffPresence {
  constructor(
    private readonly queue: DepartmentQueue,
    private readonly log: EventLog,
  ) {}

  /**
   * Writes down that these are all the sockets the person has on this node. The last one gone begins an absence; the first one ends it, and
   * where the grace had run out, the nurse goes on at the queue's tail.
   */
  async write(tx: Transaction, serverId: string, staffId: string, connectionIds: readonly string[]): Promise<void> {
    await tx.query(lock, [staffId]);
    await tx.query(forget, [serverId, staffId, connectionIds]);
    if (connectionIds.length > 0) await tx.query(remember, [serverId, staffId, connectionIds]);
    if (!(await tx.one(isConnected, [staffId]))) {
      await tx.query(gone, [staffId]);
      return;
    }
    const absence = await tx.one<{ handled: boolean }>(back, [staffId]);
    if (absence?.handled) await this.rejoin(tx, staffId);
  }

  private async rejoin(tx: Transaction, staffId: string): Promise<void> {
    for (const { dept, waiting } of await tx.query<{ dept: string; waiting: boolean }>(shiftsOf, [staffId])) {
      if (waiting) await this.queue.toTail(tx, dept, staffId);
      this.log.append(tx, { dept, type: 'nurse.online', data: { staff_id: staffId }, actorId: `staff:${staffId}` });
    }
  }
}
