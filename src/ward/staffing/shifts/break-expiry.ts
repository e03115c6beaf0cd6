import { Injectable, type OnModuleInit } from '@nestjs/common';
import { statement } from '../../../platform/database/statement.js';
import { DueRowProcessor } from '../../../platform/scheduling/due-row-processor.js';
import type { DueWork } from '../../../platform/scheduling/due-work.js';
import { DueWorkScheduler } from '../../../platform/scheduling/due-work-scheduler.js';
import { BreakEnd } from './break-end.js';

/** The queue is locked before the shifts: the row is looked at, not locked, and read again under the lock. */
const claim = statement(
  'claim_due_break',
  `SELECT id, staff_id AS "staffId" FROM shifts WHERE ended_at IS NULL AND paused_until <= app_now() AND (retry_at IS NULL OR retry_at <= app_now())
   ORDER BY paused_until LIMIT 1`,
);
const backOff = statement('back_off_break', `UPDATE shifts SET retry_at = app_now() + interval '2 seconds' WHERE id = $1`);
const next = statement(
  'next_due_break',
  `SELECT (extract(epoch FROM paused_until - app_now()) * 1000)::float8 AS ms FROM shifts
   WHERE ended_at IS NULL AND paused_until > app_now() ORDER BY paused_until LIMIT 1`,
);

/** Breaks end by themselves. */
@Injectable()
export class BreakExpiry implements DueWork, OnModuleInit {
  readonly name = 'breaks';
  readonly isCore = true;
  readonly look = { claim: { statement: claim }, next: { statement: next } };

  constructor(
    private readonly scheduler: DueWorkScheduler,
    private readonly rows: DueRowProcessor,
    private readonly end: BreakEnd,
  ) {}

  onModuleInit(): void {
    this.scheduler.register(this);
  }

  handleOne(): Promise<boolean> {
    return this.rows.processNext<{ id: string; staffId: string }>({
      claim,
      backOff,
      subject: 'shift_id',
      event: 'break_end.failed',
      handle: (tx, { staffId }) => this.end.ofPerson(tx, staffId),
    });
  }

  nextDueIn(): Promise<number | undefined> {
    return this.rows.nextDueIn(next);
  }
}
