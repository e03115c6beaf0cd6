import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { lasts } from '../../../identity/sessions/lasting-session.js';
import { RetryTransaction } from '../../../platform/database/database-error.js';
import { statement } from '../../../platform/database/statement.js';
import { DueRowProcessor } from '../../../platform/scheduling/due-row-processor.js';
import type { DueLook, DueWork } from '../../../platform/scheduling/due-work.js';
import { DueWorkScheduler } from '../../../platform/scheduling/due-work-scheduler.js';
import { DomainError } from '../../../platform/common/errors.js';
import { SESSION_SETTINGS } from '../../../platform/config/config.module.js';
import type { SessionSettings } from '../../../platform/config/settings/session.settings.js';
import { ShiftsService } from './shifts.service.js';

/** Sessions that last. $1: SESSION_IDLE_SEC. */
const SESSIONS = `sessions x WHERE ${lasts('x', 'now.time', '$1')}`;
/**
 * The nurse has no session left, and no call of theirs is in progress: that one must be finished or handed over first. Each
 * shift is looked up by the sessions' index, and the time is read once: with every nurse of a hospital on duty this runs every
 * second.
 */
const claim = statement(
  'claim_abandoned_shift',
  `SELECT s.id, s.staff_id AS "staffId", s.dept_id AS dept FROM shifts s CROSS JOIN (SELECT app_now() AS time OFFSET 0) now
     CROSS JOIN LATERAL (SELECT count(*) AS live FROM ${SESSIONS} AND x.staff_id = s.staff_id) signed_in
   WHERE s.ended_at IS NULL AND (s.retry_at IS NULL OR s.retry_at <= now.time) AND signed_in.live = 0
     AND NOT EXISTS (SELECT FROM calls c WHERE c.accepted_by = s.staff_id AND c.dept_id = s.dept_id AND c.state = 'in_progress')
   ORDER BY s.id LIMIT 1`,
);
/** The claim's look is older than the locks that the end of the shift waits for. */
const isBack = statement(
  'is_back_at_abandoned_shift',
  `SELECT 1 AS found FROM (SELECT app_now() AS time OFFSET 0) now, ${SESSIONS} AND x.staff_id = $2 LIMIT 1`,
);
const backOff = statement('back_off_abandoned_shift', `UPDATE shifts SET retry_at = app_now() + interval '2 seconds' WHERE id = $1`);

/** A shift is abandoned when its session ends: its calls are handed on, and the nurse is off duty. */
@Injectable()
export class AbandonedShifts implements OnModuleInit, DueWork {
  readonly name = 'abandoned_shifts';
  readonly isCore = true;

  constructor(
    private readonly rows: DueRowProcessor,
    private readonly shifts: ShiftsService,
    private readonly scheduler: DueWorkScheduler,
    @Inject(SESSION_SETTINGS) private readonly session: SessionSettings,
  ) {}

  get look(): DueLook {
    return { claim: { statement: claim, values: [this.session.SESSION_IDLE_SEC] } };
  }

  onModuleInit(): void {
    this.scheduler.register(this);
  }

  handleOne(): Promise<boolean> {
    return this.rows.processNext<{ id: string; staffId: string; dept: string }>({
      claim,
      values: [this.session.SESSION_IDLE_SEC],
      backOff,
      subject: 'shift_id',
      event: 'abandoned_shift.failed',
      isOvertaken,
      handle: async (tx, shift) => {
        await this.shifts.abandon(tx, shift);
        if (await tx.one(isBack, [this.session.SESSION_IDLE_SEC, shift.staffId])) throw new RetryTransaction();
      },
    });
  }
}

/** Two nodes may find the same shift: the second one finds it ended, or a call in progress, and leaves it. */
function isOvertaken(error: unknown): boolean {
  return error instanceof DomainError && (error.code === 'NOT_FOUND' || error.code === 'SHIFT_HAS_CALLS');
}
