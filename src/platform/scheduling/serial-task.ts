/** Pause in milliseconds; a function draws one for each run, as for jitter. */
type Pause = number | (() => number);

/**
 * One run at a time. A request during a run leads to one more run after it, however many there were. A task that repeats pauses from the
 * end of a run to the start of the next. The owner stops it at shutdown and waits for the run in progress.
 */
export class SerialTask {
  private running: Promise<void> | undefined;
  private isRequested = false;
  private isStopped = false;
  private timer: NodeJS.Timeout | undefined;
  private pause: Pause | undefined;

  /**
   * @param work a rejection goes to `onError`, and the next run is not affected
   * @param onError must not throw
   */
  constructor(
    private readonly work: () => Promise<unknown>,
    private readonly onError: (error: unknown) => void = () => undefined,
  ) {}

  /** Resolves when the run in progress, if any, has ended. Never rejects. */
  get settled(): Promise<void> {
    return this.running ?? Promise.resolve();
  }

  /** Repeats the task until the stop. The first run starts after one pause. Another call changes the pause, from now on. */
  repeat(pause: Pause): void {
    this.pause = pause;
    this.schedule();
  }

  /** Starts a run now, or one more after the run in progress. @returns a promise that resolves when that run has ended; it never rejects */
  request(): Promise<void> {
    if (this.isStopped) return this.settled;
    if (!this.running) return this.start();
    this.isRequested = true;
    return this.running.then(() => this.settled);
  }

  /** No run starts any more. Resolves when the run in progress has ended. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private start(): Promise<void> {
    clearTimeout(this.timer);
    this.isRequested = false;
    this.running = this.run().then(() => {
      this.running = undefined;
      if (this.isRequested && !this.isStopped) void this.start();
      else this.schedule();
    });
    return this.running;
  }

  private async run(): Promise<void> {
    try {
      await this.work();
    } catch (error) {
      this.onError(error);
    }
  }

  private schedule(): void {
    if (this.isStopped || this.pause === undefined || this.running) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(
      () => {
        void this.start();
      },
      typeof this.pause === 'number' ? this.pause : this.pause(),
    );
  }
}
