import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { WARD_SETTINGS } from '../../platform/config/config.module.js';
import type { WardSettings } from '../../platform/config/settings/ward.settings.js';
import { statement } from '../../platform/database/statement.js';
import type { Transaction } from '../../platform/database/transactions.js';
import { EventLog } from '../../events/log/event-log.js';
import { DueRowProcessor } from '../../platform/scheduling/due-row-processor.js';
import type { DueLook, DueWork } from '../../platform/scheduling/due-work.js';
import { DueWorkScheduler } from '../../platform/scheduling/due-work-scheduler.js';
import { DepartmentQueue } from '../staffing/queue/department-queue.service.js';
import { leads } from '../../identity/access/capabilities.js';

const claim = statement(
  'claim_absence',
  `SELECT a.staff_id AS id FROM staff_absences a, ward_watch w
   WHERE a.handled_at IS NULL AND (a.retry_at IS NULL OR a.retry_at <= app_now()) AND greatest(a.since, w.ready_at) <= app_now() - make_interval(secs => $1)
   ORDER BY a.since LIMIT 1 FOR UPDATE OF a SKIP LOCKED`,
);
const backOff = statement('back_off_absence', `UPDATE staff_absences SET retry_at = app_now() + interval '2 seconds' WHERE staff_id = $1`);
const handled = statement('absence_handled', 'UPDATE staff_absences SET handled_at = app_now() WHERE staff_id = $1');
/** Departments in which the person is in the queue, or on a break: they are offline there. */
const queues = statement(
  'queues_of',
  `SELECT s.dept_id AS dept FROM shifts s WHERE s.staff_id = $1 AND s.ended_at IS NULL AND (s.queue_position IS NOT NULL OR s.paused_until IS NOT NULL)
   ORDER BY s.dept_id COLLATE "C"`,
);
/**
 * The calls of a person who was on duty ($2). Off duty, a nurse may have accepted one as a recipient: it moves, too. A manager
 * keeps the calls that were shown to all managers. A call in progress moves when its button was pressed again meanwhile.
 */
const moveCalls = statement(
  'move_calls_of',
  `INSERT INTO call_moves (call_id, staff_id)
   SELECT c.id, $1 FROM calls c WHERE c.accepted_by = $1 AND (c.state = 'accepted' OR c.press_again_at IS NOT NULL) AND ($2 OR EXISTS (SELECT FROM staff WHERE id = $1 AND NOT ${leads('role')}))
     OR $2 AND c.state = 'pending' AND EXISTS (SELECT FROM annunciations a WHERE a.call_id = c.id AND a.staff_id = $1 AND a.withdrawn_at IS NULL
       AND (NOT ${leads('a.role')} OR a.reason NOT IN ('manager', 'broadcast', 'administrator')))
   ON CONFLICT DO NOTHING`,
);

/** A nurse whose grace has run out leaves the queue; that commits first, with the list of their calls, which then move one by one. */
@Injectable()
export class DisconnectGraceExpiry implements OnModuleInit, DueWork {
  readonly name = 'lost_staff';
  readonly isCore = true;

  constructor(
    private readonly rows: DueRowProcessor,
    private readonly queue: DepartmentQueue,
    private readonly log: EventLog,
    private readonly scheduler: DueWorkScheduler,
    @Inject(WARD_SETTINGS) private readonly ward: WardSettings,
  ) {}

  get look(): DueLook {
    return { claim: { statement: claim, values: [this.ward.NURSE_DISCONNECT_GRACE_SEC] } };
  }

  onModuleInit(): void {
    this.scheduler.register(this);
  }

  handleOne(): Promise<boolean> {
    return this.rows.processNext<{ id: string }>({
      claim,
      values: [this.ward.NURSE_DISCONNECT_GRACE_SEC],
      backOff,
      subject: 'staff_id',
      event: 'lost_staff.failed',
      handle: async (tx, { id }) => {
        await this.takeOut(tx, id);
        await tx.query(handled, [id]);
      },
    });
  }

  private async takeOut(tx: Transaction, staffId: string): Promise<void> {
    const departments = await tx.query<{ dept: string }>(queues, [staffId]);
    for (const { dept } of departments) {
      await this.queue.lock(tx, dept);
      await this.queue.leave(tx, dept, staffId);
      this.log.append(tx, { dept, type: 'nurse.offline', data: { staff_id: staffId }, actorId: `staff:${staffId}` });
    }
    await tx.query(moveCalls, [staffId, departments.length > 0]);
  }
}
