import { Injectable } from '@nestjs/common';
import { statement } from '../../../platform/database/statement.js';
import type { Transaction } from '../../../platform/database/transactions.js';
import { RetryTransaction } from '../../../platform/database/database-error.js';
import { EventLog } from '../../../events/log/event-log.js';
import { ON_DUTY_VIEW, type OnDutyView } from '../on-duty/on-duty-view.js';
import { ShiftHandovers } from './shift-handovers.js';
import { ShiftsService } from './shifts.service.js';

const onDuty = statement(
  'is_still_on_duty',
  'SELECT 1 AS found FROM shifts WHERE staff_id = $1 AND ($2::text IS NULL OR dept_id = $2) AND ended_at IS NULL LIMIT 1',
);
const endExclusions = statement(
  'end_exclusions_of',
  `UPDATE exclusions SET ended_at = app_now() WHERE staff_id = $1 AND ($2::text IS NULL OR dept_id = $2) AND ended_at IS NULL
   RETURNING id, dept_id AS dept`,
);
const endAssignments = statement(
  'end_assignments_of',
  'DELETE FROM room_assignments WHERE primary_id = $1 AND ($2::text IS NULL OR dept_id = $2) RETURNING room_id, dept_id AS dept',
);
const dropBackups = statement(
  'drop_backups',
  `UPDATE room_assignments SET backup_id = NULL WHERE backup_id = $1 AND ($2::text IS NULL OR dept_id = $2)
   RETURNING room_id, dept_id AS dept, primary_id, iso(until) AS until`,
);
const endAssignmentOfRoom = statement(
  'end_assignment_of_room',
  'DELETE FROM room_assignments WHERE room_id = $1 AND dept_id = $2 RETURNING room_id',
);

const onDutyAs = statement(
  'on_duty_as',
  `SELECT s.dept_id AS dept, ${ON_DUTY_VIEW} AS staff FROM shifts s JOIN staff p ON p.id = s.staff_id
   WHERE s.staff_id = $1 AND s.ended_at IS NULL ORDER BY s.dept_id COLLATE "C"`,
);

/** A person who leaves a department, or all of them. */
export interface Leaver {
  staffId: string;
  /** Undefined: all departments. */
  dept?: string;
}

/** The parts of a department's staffing that end or change with a membership, an account or a room, and their events. */
@Injectable()
export class StaffingEndings {
  constructor(
    private readonly shifts: ShiftsService,
    private readonly handovers: ShiftHandovers,
    private readonly log: EventLog,
  ) {}

  /** Before they leave: their shifts end, after all that they have was handed on, calls in progress included, and those that they hold off duty. */
  async goOffDuty(tx: Transaction, leaver: Leaver): Promise<void> {
    await this.shifts.abandon(tx, { ...leaver, isLeaving: true });
    const { staffId, dept } = leaver;
    if (dept === undefined) return; // The account ends: the calls of a holder without one are looked for.
    const leaving = { staffId, dept, reason: 'shift_ended', isLeaving: true } as const;
    await this.handovers.hold(tx, leaving);
    await this.handovers.release(tx, leaving);
  }

  /**
   * Once they have left, as far as this transaction goes: so an order that was being given meanwhile is found too. Exclusions end; rooms
   * lose their primary and with it the assignment, or their backup.
   * @param actorId who sends them: `staff:<id>`
   * @throws RetryTransaction when a shift of theirs, or a call that they hold, has come in between
   */
  async endOrders(tx: Transaction, { staffId, dept }: Leaver, actorId: string): Promise<void> {
    const values = [staffId, dept ?? null];
    if (await tx.one(onDuty, values)) throw new RetryTransaction();
    if (dept !== undefined) await this.handovers.release(tx, { staffId, dept, reason: 'shift_ended', isLeaving: true });
    for (const one of await tx.query<{ id: string; dept: string }>(endExclusions, values)) {
      this.log.append(tx, { dept: one.dept, type: 'nurse.restored', data: { staff_id: staffId, exclusion_id: one.id }, actorId });
    }
    for (const one of await tx.query<{ room_id: string; dept: string }>(endAssignments, values)) {
      this.log.append(tx, { dept: one.dept, type: 'room.unassigned', data: { room_id: one.room_id, reason: 'staff_left' }, actorId });
    }
    for (const one of await tx.query<{ room_id: string; dept: string; primary_id: string; until: string | null }>(dropBackups, values)) {
      const { room_id, primary_id, until } = one;
      this.log.append(tx, { dept: one.dept, type: 'room.assigned', data: { room_id, primary_id, backup_id: null, until }, actorId });
    }
  }

  /** Once their name or role was changed in this transaction: says so where they are on duty. */
  async announceOnDuty(tx: Transaction, staffId: string, actorId: string): Promise<void> {
    for (const { dept, staff } of await tx.query<{ dept: string; staff: OnDutyView }>(onDutyAs, [staffId]))
      this.log.append(tx, { dept, type: 'nurse.changed', data: { staff_id: staffId, staff }, actorId });
  }

  /** With the room retired in this transaction. */
  async endRoom(tx: Transaction, room: string, dept: string, actorId: string): Promise<void> {
    if (!(await tx.one(endAssignmentOfRoom, [room, dept]))) return;
    this.log.append(tx, { dept, type: 'room.unassigned', data: { room_id: room, reason: 'room_retired' }, actorId });
  }
}
