import { Inject, Injectable } from '@nestjs/common';
import { WARD_SETTINGS } from '../../../../platform/config/config.module.js';
import type { WardSettings } from '../../../../platform/config/settings/ward.settings.js';
import { Database } from '../../../../platform/database/database.js';
import { statement } from '../../../../platform/database/statement.js';
import { DueWorkScheduler } from '../../../../platform/scheduling/due-work-scheduler.js';
import { AFTER_OUTAGE_SEC } from '../call-timers.js';

const countOverdue = statement(
  'count_overdue',
  `SELECT (SELECT count(*) FROM calls WHERE next_escalation_at < app_now() - make_interval(secs => $1))::int
     + (SELECT count(*) FROM calls, ward_watch w WHERE timer_at < app_now() - make_interval(secs => $1)
         AND w.ready_at < app_now() - make_interval(secs => $1 + ${String(AFTER_OUTAGE_SEC)}))::int AS count`,
);
/** A loop scans at least once a second; silent for five of them is stuck. */
const SILENT_MS = 5000;

/** Watches the engine that watches the ward: from the probes' pool, by the deadlines themselves and by the last good tick. */
@Injectable()
export class EscalationWatchdog {
  constructor(
    private readonly database: Database,
    private readonly scheduler: DueWorkScheduler,
    @Inject(WARD_SETTINGS) private readonly ward: WardSettings,
  ) {}

  /** Calls with a deadline, of the ladder, of presence or of attendance, that is more than ESCALATION_OVERDUE_SEC past, in the whole installation. */
  async overdue(): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(countOverdue, [this.ward.ESCALATION_OVERDUE_SEC], 'probes');
    return row?.count ?? 0;
  }

  /** Engines of this node that have not run to their end lately. */
  silent(): string[] {
    return this.scheduler.silentFor(SILENT_MS);
  }
}
