import type { Clock } from '../../common/clock.js';
import type { Logger } from '../../logging/logger.js';
import { processDue } from './process-due.js';
import type { Found } from './due-look.js';
import type { DueLook, DueWork } from '../due-work.js';
import type { OutageWatch } from '../outage-watch.js';

/** A look at least this often, however far the next deadline is said to be. */
export const MAX_PAUSE_MS = 1000;
const MIN_PAUSE_MS = 5;
/** A due row that cannot be claimed is in the hands of another node. */
const OTHERS_PAUSE_MS = 50;
/** Nodes that started together do not scan together. */
export const JITTER = 0.2;
/** After a failure: longer and longer, so that a database that is down is not hammered. */
export const FAILURE_PAUSE_MS = 250;
/** Work that the ward can do without is left for longer. */
const MAX_OWN_PAUSE_MS = 60_000;

/**
 * Runs one kind of due work: all that is due, then a pause until the next deadline. Work with a look of its own then waits for what the look finds;
 * other work looks by itself, once a second.
 */
export class DueWorkLoop {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private hasStarted = false;
  private stopped = false;
  private isTicking = false;
  /** Requested while a tick ran: the row may have come after the tick's look. */
  private isAwaited = false;
  private failures = 0;
  private lastGoodTick: number;

  constructor(
    private readonly work: DueWork,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly outage: OutageWatch,
  ) {
    this.lastGoodTick = clock.monotonic();
  }

  get look(): DueLook | undefined {
    return this.work.look;
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
    this.hasStarted = true;
    this.schedule(MIN_PAUSE_MS);
  }

  /** Looks at once, or once more after the tick that runs. */
  wake(): void {
    if (this.isTicking) this.isAwaited = true;
    else if (this.hasStarted) this.schedule(0);
  }

  /** Takes the result of a look. */
  found({ isDue, ms, next }: Found): void {
    if (next) this.work.looked?.(next);
    if (this.isTicking) return;
    if (isDue) {
      this.wake();
      return;
    }
    // A loop that has failed goes on trying by itself.
    if (this.failures > 0) return;
    this.lastGoodTick = this.clock.monotonic();
    if (ms !== null && ms <= MAX_PAUSE_MS) this.schedule(Math.max(MIN_PAUSE_MS, ms));
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private schedule(pauseMs: number | undefined): void {
    clearTimeout(this.timer);
    if (this.stopped || pauseMs === undefined) return;
    this.timer = setTimeout(() => {
      this.isTicking = true;
      this.running = this.tick().then((next) => {
        this.isTicking = false;
        this.schedule(this.isAwaited ? 0 : next);
        this.isAwaited = false;
      });
    }, pauseMs);
  }

  /** Never rejects. @returns how long to pause, in milliseconds; undefined until a look finds something */
  private async tick(): Promise<number | undefined> {
    try {
      await this.outage.settled();
      const hasHandled = await processDue(() => this.handleOne(), this.work.concurrency ?? 1);
      const due = (await this.work.nextDueIn?.()) ?? Number.POSITIVE_INFINITY;
      this.failures = 0;
      this.lastGoodTick = this.clock.monotonic();
      if (due <= 0) return hasHandled ? MIN_PAUSE_MS : OTHERS_PAUSE_MS;
      if (this.work.look && due > MAX_PAUSE_MS) return undefined;
      return Math.max(MIN_PAUSE_MS, Math.min(due, MAX_PAUSE_MS * (1 - JITTER * Math.random())));
    } catch (error) {
      this.failures++;
      this.outage.failed(error);
      if (this.failures === 1 || this.failures % 20 === 0)
        this.logger.error('due_work.failed', { work: this.work.name, failures: this.failures, error });
      if (!this.isCore) return Math.min(MAX_OWN_PAUSE_MS, FAILURE_PAUSE_MS * 2 ** (this.failures - 1));
      return Math.min(MAX_PAUSE_MS, FAILURE_PAUSE_MS * this.failures);
    }
  }

  private async handleOne(): Promise<boolean> {
    if (this.stopped || !(await this.work.handleOne())) return false;
    this.lastGoodTick = this.clock.monotonic();
    return true;
  }
}
