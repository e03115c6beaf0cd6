import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { SerialTask } from '../../../../platform/scheduling/serial-task.js';
import { Clock } from '../../../../platform/common/clock.js';
import { WARD_SETTINGS } from '../../../../platform/config/config.module.js';
import type { WardSettings } from '../../../../platform/config/settings/ward.settings.js';
import { Database } from '../../../../platform/database/database.js';
import { statement } from '../../../../platform/database/statement.js';
import { Transactions } from '../../../../platform/database/transactions.js';
import { Logger } from '../../../../platform/logging/logger.js';
import { DEADLINE_RESETS } from './deadline-resets.js';

const LOOK_MS = 1000;
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
 * Compares the database's time, which all deadlines use, with the monotonic clock of this process and with the logs. After a
 * step back, deadlines in the future are set to their own length from now: nobody waits out the difference.
 */
@Injectable()
export class ClockWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  condition: ClockCondition = { status: 'up', went_back_sec: 0, log_ahead_sec: 0 };
  /** The database's time against ours in ms, at its highest. */
  private highest: number | undefined;
  private steppedAt: number | undefined;
  private readonly looking = new SerialTask(
    () => this.look(),
    (error) => {
      this.logger.warn('clock.look_failed', { error });
    },
  );
  /** A task of its own: a reset that waits for a call's lock holds up no look. */
  private readonly resetting = new SerialTask(
    () => this.resetDeadlines(),
    (error) => {
      this.logger.warn('clock.reset_failed', { error });
    },
  );

  constructor(
    private readonly database: Database,
    private readonly transactions: Transactions,
    private readonly clock: Clock,
    private readonly logger: Logger,
    @Inject(WARD_SETTINGS) private readonly ward: WardSettings,
  ) {}

  onApplicationBootstrap(): void {
    this.looking.repeat(LOOK_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([this.looking.stop(), this.resetting.stop()]);
  }

  private async look(): Promise<void> {
    const before = this.clock.monotonic();
    const [row] = await this.database.query<{ nowMs: number; aheadMs: number | null }>(look, [], 'probes');
    const after = this.clock.monotonic();
    if (!row) return;
    // The time was read between `before` and `after`: a slow look says less, and never a step that was none.
    const back = this.wentBack({ least: row.nowMs - after, most: row.nowMs - before }, after);
    const ahead = Math.max(0, row.aheadMs ?? 0);
    const isWrong = back > STEP_MS || ahead > STEP_MS;
    const was = this.condition.status;
    this.condition = { status: isWrong ? 'down' : 'up', went_back_sec: seconds(back), log_ahead_sec: seconds(ahead) };
    if (isWrong) void this.resetting.request();
    if (was === this.condition.status) return;
    if (isWrong) this.logger.error('clock.wrong', { went_back_sec: seconds(back), log_ahead_sec: seconds(ahead) });
    else this.logger.info('clock.right_again');
  }

  /**
   * @param offset bounds of the database's time against ours
   * @returns ms; 0 when the time has been put right, or has been the new one for long enough
   */
  private wentBack(offset: { least: number; most: number }, now: number): number {
    const highest = Math.max(offset.least, (this.highest ?? offset.least) - SLEW_MS_PER_LOOK);
    const back = Math.max(0, highest - offset.most);
    this.highest = highest;
    if (back <= STEP_MS) {
      this.steppedAt = undefined;
      return 0;
    }
    this.steppedAt ??= now;
    if (now - this.steppedAt < REMEMBERED_MS) return back;
    this.highest = offset.least;
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
