import { Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Clock } from '../../../platform/common/clock.js';
import { WARD_SETTINGS } from '../../../platform/config/config.module.js';
import type { WardSettings } from '../../../platform/config/ward.settings.js';
import { Database } from '../../../platform/database/database.js';
import { statement } from '../../../platform/database/statement.js';
import { Transactions } from '../../../platform/database/transactions.js';
import { Logger } from '../../../platform/logging/logger.js';
import { DEADLINE_RESETS } from './deadline-resets.js';

const LOOK_MS = 1000;
/** A look that took longer says too little about when it was. */
const LONGEST_LOOK_MS = 1000;
/** The contract's measure of a step back, and of a log that ends in the future. */
const STEP_MS = 2000;
/** Clocks that are slewed differ by half of it. */
const SLEW_MS_PER_LOOK = 1;
/** A step back that nobody takes back is the new time after this long. */
const REMEMBERED_MS = 15 * 60_000;

const look = statement(
  'look_at_clock',
  `SELECT (extract(epoch FROM app_now()) * 1000)::float8 AS "nowMs",
     (SELECT extract(epoch FROM max(last_at) - app_now()) * 1000 FROM dept_stream WHERE isfinite(last_at))::float8 AS "aheadMs"`,
);
/** One node at a time; another one has nothing left to do. */
const mayReset = statement('may_reset_deadlines', 'SELECT pg_try_advisory_xact_lock(1463968611) AS free');

/** As an indicator of health: seconds by which the database went back, and by which the newest log is ahead of it. */
export interface ClockCondition {
  readonly status: 'up' | 'down';
  readonly went_back_sec: number;
  readonly log_ahead_sec: number;
}

/**
 * Watches the database's time, by which all deadlines go, against the monotonic clock of this process and against the logs. Where it
 * went back, what waits for a time in the future is set to its own length from now: nobody waits out the difference.
 */
@Injectable()
export class ClockWatch {
  condition: ClockCondition = { status: 'up', went_back_sec: 0, log_ahead_sec: 0 };
  /** The database's time against ours in ms, at its highest. */
  private highest: number | undefined;
  private steppedAt: number | undefined;
  private isLooking = false;

  constructor(
    private readonly database: Database,
    private readonly transactions: Transactions,
    private readonly clock: Clock,
    private readonly logger: Logger,
    @Inject(WARD_SETTINGS) private readonly ward: WardSettings,
  ) {}

  @Interval(LOOK_MS)
  async tick(): Promise<void> {
    if (this.isLooking) return;
    this.isLooking = true;
    try {
      await this.look();
      if (this.condition.status === 'down') await this.resetDeadlines();
    } catch (error) {
      this.logger.warn('clock.look_failed', { error });
    } finally {
      this.isLooking = false;
    }
  }

  private async look(): Promise<void> {
    const before = this.clock.monotonic();
    const [row] = await this.database.query<{ nowMs: number; aheadMs: number | null }>(look, [], 'probes');
    const after = this.clock.monotonic();
    if (!row || after - before > LONGEST_LOOK_MS) return;
    const back = this.wentBack(row.nowMs - (before + after) / 2, after);
    const ahead = Math.max(0, row.aheadMs ?? 0);
    const isWrong = back > STEP_MS || ahead > STEP_MS;
    const was = this.condition.status;
    this.condition = { status: isWrong ? 'down' : 'up', went_back_sec: seconds(back), log_ahead_sec: seconds(ahead) };
    if (was === this.condition.status) return;
    if (isWrong) this.logger.error('clock.wrong', { went_back_sec: seconds(back), log_ahead_sec: seconds(ahead) });
    else this.logger.info('clock.right_again');
  }

  /** @returns ms; 0 when the time has been put right, or has been the new one for long enough */
  private wentBack(offset: number, now: number): number {
    const highest = Math.max(offset, (this.highest ?? offset) - SLEW_MS_PER_LOOK);
    const back = highest - offset;
    this.highest = highest;
    if (back <= STEP_MS) {
      this.steppedAt = undefined;
      return 0;
    }
    this.steppedAt ??= now;
    if (now - this.steppedAt < REMEMBERED_MS) return back;
    this.highest = offset;
    this.steppedAt = undefined;
    return 0;
  }

  /** Again and again while the clock is wrong: also what was under way when it went back. A deadline that was set is not found again. */
  private async resetDeadlines(): Promise<void> {
    const counts: Record<string, number> = {};
    for (const { subject, statement: reset, takesPressAgain } of DEADLINE_RESETS) {
      const values = takesPressAgain ? [this.ward.CALL_PRESS_AGAIN_SEC] : [];
      const rows = await this.transactions.run(
        async (tx) => ((await tx.one<{ free: boolean }>(mayReset))?.free === true ? tx.query(reset, values) : []),
        'engine',
      );
      if (rows.length > 0) counts[subject] = (counts[subject] ?? 0) + rows.length;
    }
    if (Object.keys(counts).length > 0) this.logger.warn('clock.deadlines_reset', counts);
  }
}

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}
