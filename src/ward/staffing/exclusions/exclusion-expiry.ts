import { Injectable, type OnModuleInit } from '@nestjs/common';
import { statement } from '../../../platform/database/statement.js';
import { EventLog } from '../../../events/log/event-log.js';
import { DueRows } from '../../../platform/scheduling/due-rows.js';
import type { DueWork } from '../../../platform/scheduling/due-work.js';
import { DueWorkScheduler } from '../../../platform/scheduling/due-work-scheduler.js';

const endOne = statement(
  'end_due_exclusion',
  `UPDATE exclusions SET ended_at = app_now() WHERE ended_at IS NULL AND id = (
     SELECT id FROM exclusions WHERE ended_at IS NULL AND until <= app_now() ORDER BY until LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
   RETURNING id, dept_id AS dept, staff_id`,
);
const next = statement(
  'next_due_exclusion',
  `SELECT (extract(epoch FROM until - app_now()) * 1000)::float8 AS ms FROM exclusions
   WHERE ended_at IS NULL AND until > app_now() ORDER BY until LIMIT 1`,
);

/** Exclusions end by themselves: whoever sets `ended_at` tells of it, so it is told once. */
@Injectable()
export class ExclusionExpiry implements DueWork, OnModuleInit {
  readonly name = 'exclusions';
  readonly isCore = true;

  constructor(
    private readonly scheduler: DueWorkScheduler,
    private readonly rows: DueRows,
    private readonly log: EventLog,
  ) {}

  onModuleInit(): void {
    this.scheduler.register(this);
  }

  handleOne(): Promise<boolean> {
    return this.rows.next<{ id: string; dept: string; staff_id: string }>({
      claim: endOne,
      handle: (tx, { id: exclusion_id, dept, staff_id }) => {
        this.log.append(tx, { dept, type: 'nurse.restored', data: { staff_id, exclusion_id } });
      },
    });
  }

  nextDueIn(): Promise<number | undefined> {
    return this.rows.nextDueIn(next);
  }
}
