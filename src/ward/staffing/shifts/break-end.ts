import { Injectable } from '@nestjs/common';
import { EventLog } from '../../../events/log/event-log.js';
import { statement } from '../../../platform/database/statement.js';
import type { Transaction } from '../../../platform/database/transactions.js';
import { DepartmentQueue } from '../queue/department-queue.service.js';
import { DutyArrivals } from '../queue/duty-arrivals.js';
import type { ShiftEventData } from './shift-events.js';

const paused = statement(
  'paused_departments',
  `SELECT dept_id AS dept FROM shifts WHERE staff_id = $1 AND ended_at IS NULL AND paused_until IS NOT NULL ORDER BY dept_id COLLATE "C"`,
);
const resume = statement(
  'resume_shift',
  `UPDATE shifts s SET paused_until = NULL FROM staff p
   WHERE s.staff_id = $1 AND s.dept_id = $2 AND s.ended_at IS NULL AND s.paused_until IS NOT NULL
     AND ($3 OR s.paused_until <= app_now()) AND p.id = s.staff_id RETURNING s.id, p.role`,
);

/** Ends breaks: the person is at the queue's tail, and asked for the calls that wait. */
@Injectable()
export class BreakEnd {
  constructor(
    private readonly queue: DepartmentQueue,
    private readonly arrivals: DutyArrivals,
    private readonly log: EventLog,
  ) {}

  /** In all departments. @param actorId `staff:<id>`; undefined when the break has ended by itself */
  async ofPerson(tx: Transaction, staffId: string, actorId?: string): Promise<void> {
    for (const { dept } of await tx.query<{ dept: string }>(paused, [staffId])) {
      await this.queue.lock(tx, dept);
      const shift = await tx.one<{ id: string } & Pick<ShiftEventData, 'role'>>(resume, [staffId, dept, actorId !== undefined]);
      if (!shift) continue;
      await this.queue.toTail(tx, dept, staffId);
      await this.arrivals.note(tx, dept, staffId);
      const data = { staff_id: staffId, shift_id: shift.id, role: shift.role };
      this.log.append(tx, { dept, type: 'nurse.shift_resumed', data, ...(actorId !== undefined && { actorId }) });
    }
  }
}
