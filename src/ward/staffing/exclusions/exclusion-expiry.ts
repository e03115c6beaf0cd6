import { Injectable, type OnModuleInit } from '@nestjs/common';
import { statement } from '../../../platform/database/statement.js';
import { EventLog } from '../../../events/log/event-log.js';
import { DueRowProcessor } from '../../../platform/scheduling/due-row-processor.js';
import type { DueWork } from '../../../platform/scheduling/due-work.js';
import { DueWorkScheduler } from '../../../platform/scheduling/due-work-scheduler.js';
import { DepartmentQueue } from '../queue/department-queue.service.js';
import { DutyArrivals } from '../queue/duty-arrivals.js';

/** The queue is locked before the exclusion: the row is looked at, not locked, and read again under the lock. */
const findDue = statement(
  'find_due_exclusion',
  'SELECT id, dept_id AS dept, staff_id FROM exclusions WHERE ended_at IS NULL AND until <= app_now() ORDER BY until LIMIT 1',
);
const endOne = statement(
  'end_due_exclusion',
  'UPDATE exclusions SET ended_at = app_now() WHERE id = $1 AND ended_at IS NULL AND until <= app_now() RETURNING id',
);
const next = statement(
  'next_due_exclusion',
  `SELECT (extract(epoch FROM until - app_now()) * 1000)::float8 AS ms FROM exclusions
   WHERE ended_at IS NULL AND until > app_now() ORDER BY until LIMIT 1`,
);

/** Exclusions end by themselves: the node that sets `ended_at` announces it, so it is announced once. */
@Injectable()
export class ExclusionExpiry implements DueWork, OnModuleInit {
  readonly name = 'exclusions';
  readonly isCore = true;
  readonly look = { claim: { statement: findDue }, next: { statement: next } };

  constructor(
    private readonly scheduler: DueWorkScheduler,
    private readonly rows: DueRowProcessor,
    private readonly queue: DepartmentQueue,
    private readonly arrivals: DutyArrivals,
    private readonly log: EventLog,
  ) {}

  onModuleInit(): void {
    this.scheduler.register(this);
  }

  handleOne(): Promise<boolean> {
    return this.rows.next<{ id: string; dept: string; staff_id: string }>({
      claim: findDue,
      handle: async (tx, { id: exclusion_id, dept, staff_id }) => {
        await this.queue.lock(tx, dept);
        if (!(await tx.one(endOne, [exclusion_id]))) return;
        await this.arrivals.note(tx, dept, staff_id);
        this.log.append(tx, { dept, type: 'nurse.restored', data: { staff_id, exclusion_id } });
      },
    });
  }

  nextDueIn(): Promise<number | undefined> {
    return this.rows.nextDueIn(next);
  }
}
