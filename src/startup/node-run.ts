import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../platform/logging/logger.js';
import type { Departure } from '../operations/shutdown/departure.js';
import { exitOnFatalErrors, reportStartFailure } from '../operations/shutdown/fatal-errors.js';
import { TOGETHER_MS } from '../operations/shutdown/signals.js';
import type { Wardline } from './wardline.js';

/** For a start that is not wanted any more to come to a place where it can end. */
export const START_CUT_MS = 10_000;

/** The node of this process, from its start to the process's exit. */
export class NodeRun {
  private wardline: Wardline | undefined;
  private wish: { departure: Departure; isReplaced: boolean } | undefined;
  private readonly unwanted = new AbortController();
  private isLeaving = false;

  constructor(private readonly logger: Logger) {
    exitOnFatalErrors(logger, () => {
      this.fail();
    });
  }

  private get isUnwanted(): boolean {
    return this.wish !== undefined;
  }

  /** True while it takes connections. */
  get isUp(): boolean {
    return this.wardline !== undefined;
  }

  /**
   * A start that fails ends the process with 1, or 78 where it is refused.
   * @param begin ends early, with any error, when its signal says that the start is not wanted any more
   */
  async start(begin: (unwanted: AbortSignal) => Promise<Wardline>): Promise<Wardline> {
    try {
      this.wardline = await begin(this.unwanted.signal);
    } catch (error) {
      if (this.wish) this.left();
      const exitCode = reportStartFailure(this.logger, error);
      // A signal to every process ends the database's first.
      await sleep(TOGETHER_MS);
      if (this.isUnwanted) this.left();
      process.exit(exitCode);
    }
    if (this.wish) this.leaveNow(this.wish.departure, this.wish.isReplaced);
    return this.wardline;
  }

  /**
   * Ends the node in order and the process with 0. A start is given up at the next place where it can be, or cut. A second
   * request changes nothing.
   */
  leave(departure: Departure, isReplaced: boolean): void {
    if (this.wish) return;
    this.wish = { departure, isReplaced };
    if (this.wardline) {
      this.leaveNow(departure, isReplaced);
      return;
    }
    this.unwanted.abort();
    setTimeout(() => {
      if (this.wardline) return;
      this.logger.warn('lifecycle.step_cut', { step: 'start', after_ms: START_CUT_MS });
      this.left();
    }, START_CUT_MS).unref();
  }

  /** Nothing can go on. */
  fail(): void {
    this.wardline?.fail();
  }

  /** The database has ended: the process ends with 1, unless a signal that ended both arrives as well, and the node leaves. */
  databaseLost(): void {
    setTimeout(() => {
      if (this.wish) return;
      this.fail();
      process.exit(1);
    }, TOGETHER_MS);
  }

  private leaveNow(departure: Departure, isReplaced: boolean): void {
    if (this.isLeaving) return;
    this.isLeaving = true;
    this.logger.info('node.leaving', { departure });
    void this.wardline?.leave(departure, isReplaced).then(
      () => this.left(),
      (error: unknown) => {
        this.logger.error('node.leave_failed', { error });
        process.exit(1);
      },
    );
  }

  private left(): never {
    this.logger.info('node.left');
    process.exit(0);
  }
}
