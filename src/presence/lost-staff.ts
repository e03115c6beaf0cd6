import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { WARD_SETTINGS } from '../config/config.module.js';
import type { WardSettings } from '../config/ward.settings.js';
import { statement } from '../database/statement.js';
import { type Transaction, Transactions } from '../database/transactions.js';
import { EventLog } from '../events/event-log.js';
import type { DueWork } from '../scheduling/due-work.js';
import { DueWorkScheduler } from '../scheduling/due-work-scheduler.js';
import { DepartmentQueue } from '../staffing/department-queue.service.js';

const claim = statement(
  'claim_absence',
  `SELECT a.staff_id AS "staffId" FROM staff_absences a, ward_watch w
   WHERE a.handled_at IS NULL AND greatest(a.since, w.ready_at) <= app_now() - make_interval(secs => $1)
   ORDER BY a.since LIMIT 1 FOR UPDATE OF a SKIP LOCKED`,
);
const handled = statement('absence_handled', 'UPDATE staff_absences SET handled_at = app_now() WHERE staff_id = $1');
const queues = statement(
  'queues_of',
  `SELECT s.dept_id AS dept FROM shifts s WHERE s.staff_id = $1 AND s.ended_at IS NULL AND s.queue_position IS NOT NULL ORDER BY s.dept_id COLLATE "C"`,
);
const moveCalls = statement(
  'move_calls_of',
  `INSERT INTO call_moves (call_id, staff_id)
   SELECT c.id, $1 FROM calls c WHERE c.state = 'accepted' AND c.accepted_by = $1
     OR c.state = 'pending' AND EXISTS (SELECT FROM annunciations a WHERE a.call_id = c.id AND a.staff_id = $1 AND a.declined_at IS NULL)
   ON CONFLICT DO NOTHING`,
);

/** A nurse whose grace has run out leaves the queue; that commits first, with the list of their calls, which then move one by one. */
@Injectable()
export class LostStaff implements OnModuleInit, DueWork {
  readonly name = 'lost_staff';

  constructor(
    private readonly transactions: Transactions,
    private readonly queue: DepartmentQueue,
    private readonly log: EventLog,
    private readonly scheduler: DueWorkScheduler,
    @Inject(WARD_SETTINGS) private readonly ward: WardSettings,
  ) {}

  onModuleInit(): void {
    this.scheduler.register(this);
  }

  handleOne(): Promise<boolean> {
    return this.transactions.run(async (tx) => {
      const absence = await tx.one<{ staffId: string }>(claim, [this.ward.NURSE_DISCONNECT_GRACE_SEC]);
      if (!absence) return false;
      await this.takeOut(tx, absence.staffId);
      await tx.query(handled, [absence.staffId]);
      return true;
    }, 'engine');
  }

  private async takeOut(tx: Transaction, staffId: string): Promise<void> {
    const departments = await tx.query<{ dept: string }>(queues, [staffId]);
    for (const { dept } of departments) {
      await this.queue.lock(tx, dept);
      await this.queue.leave(tx, dept, staffId);
      this.log.append(tx, { dept, type: 'nurse.offline', data: { staff_id: staffId }, actorId: `staff:${staffId}` });
    }
    if (departments.length > 0) await tx.query(moveCalls, [staffId]);
  }
}
