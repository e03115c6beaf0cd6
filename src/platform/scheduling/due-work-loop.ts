import type { Clock } from '../common/clock.js';
import type { Logger } from '../logging/logger.js';
import { drain } from './drain.js';
import type { DueWork } from './due-work.js';

/** A scan at least this often, however far the next deadline is said to be. */
const MAX_PAUSE_MS = 1000;
const MIN_PAUSE_MS = 5;
/** What is due and cannot be had is in somebody else's hands. */
const OTHERS_PAUSE_MS = 50;
/** Nodes that started together do not scan together. */
const JITTER = 0.2;
/** After a failure: longer and longer, so that a database that is down is not hammered. */
const FAILURE_PAUSE_MS = 250;

/** Runs one kind of due work: all that is due, then a pause until the next deadline, at most a second. */
export class DueWorkLoop {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private stopped = false;
  private isTicking = false;
  /** Asked while a tick ran: what it is about may have come behind the tick's look. */
  private isAwaited = false;
  private failures = 0;
  private lastGoodTick: number;

  constructor(
    private readonly work: DueWork,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    this.lastGoodTick = clock.monotonic();
  }

  get name(): string {
    return this.work.name;
  }

  get isCore(): boolean {
    return this.work.isCore ?? false;
  }

  /** Milliseconds since a row was last handled or a scan ran to its end. A loop that can do nothing is known by this, not by its errors. */
  get silence(): number {
    return this.clock.monotonic() - this.lastGoodTick;
  }

  start(): void {
    this.schedule(MIN_PAUSE_MS);
  }

  /** Looks at once, or once more after the tick that runs. */
  wake(): void {
    if (this.isTicking) this.isAwaited = true;
    else if (this.timer) {
      clearTimeout(this.timer);
      this.schedule(0);
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private schedule(pauseMs: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.isTicking = true;
      this.running = this.tick().then((next) => {
        this.isTicking = false;
        this.schedule(this.isAwaited ? 0 : next);
        this.isAwaited = false;
      });
    }, pauseMs);
  }

  /** Never rejects. @returns how long to pause, in milliseconds */
  private async tick(): Promise<number> {
    try {
      const hasHandled = await drain(() => this.handleOne(), this.work.concurrency ?? 1);
      const due = (await this.work.nextDueIn?.()) ?? MAX_PAUSE_MS;
      this.failures = 0;
      this.lastGoodTick = this.clock.monotonic();
      if (due <= 0) return hasHandled ? MIN_PAUSE_MS : OTHERS_PAUSE_MS;
      return Math.max(MIN_PAUSE_MS, Math.min(due, MAX_PAUSE_MS * (1 - JITTER * Math.random())));
    } catch (error) {
      this.failures++;
      if (this.failures === 1 || this.failures % 20 === 0)
        this.logger.error('due_work.failed', { work: this.work.name, failures: this.failures, error });
      return Math.min(MAX_PAUSE_MS, FAILURE_PAUSE_MS * this.failures);
    }
  }

  private async handleOne(): Promise<boolean> {
    if (this.stopped || !(await this.work.handleOne())) return false;
    this.lastGoodTick = this.clock.monotonic();
    return true;
  }
}
