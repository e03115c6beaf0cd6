import { ConfigError, EX_CONFIG } from '../platform/config/config.js';
import type { Logger } from '../platform/logging/logger.js';
import type { Departure } from '../operations/shutdown/departure.js';
import { exitOnFatalErrors, reportStartFailure } from '../operations/shutdown/fatal-errors.js';
import type { Wardline } from './wardline.js';

/** The node of this process, from its start to the process's exit. */
export class NodeRun {
  private wardline: Wardline | undefined;
  private wish: { departure: Departure; isReplaced: boolean } | undefined;
  private isLeaving = false;

  constructor(private readonly logger: Logger) {
    exitOnFatalErrors(logger, () => {
      this.fail();
    });
  }

  /** A start that fails ends the process: with 78 where the settings are wrong, else with 1. */
  async start(begin: () => Promise<Wardline>): Promise<Wardline> {
    try {
      this.wardline = await begin();
    } catch (error) {
      reportStartFailure(this.logger, error);
      process.exit(error instanceof ConfigError ? EX_CONFIG : 1);
    }
    if (this.wish) this.leaveNow(this.wish.departure, this.wish.isReplaced);
    return this.wardline;
  }

  /** Ends the node in order and the process with 0; what comes during the start takes effect after it. Who asks again changes nothing. */
  leave(departure: Departure, isReplaced: boolean): void {
    this.wish ??= { departure, isReplaced };
    if (this.wardline) this.leaveNow(departure, isReplaced);
  }

  /** Nothing can go on. */
  fail(): void {
    this.wardline?.fail();
  }

  private leaveNow(departure: Departure, isReplaced: boolean): void {
    if (this.isLeaving) return;
    this.isLeaving = true;
    this.logger.info('node.leaving', { departure });
    void this.wardline?.leave(departure, isReplaced).then(
      () => {
        this.logger.info('node.left');
        process.exit(0);
      },
      (error: unknown) => {
        this.logger.error('node.leave_failed', { error });
        process.exit(1);
      },
    );
  }
}
