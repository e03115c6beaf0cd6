const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 30_000;
/** A worker that was up for this long had not crashed for what made the one before crash. */
const STEADY_MS = 60_000;

/** How long to wait before a crashed worker is started again: longer each time, until one has stayed up. */
export class RestartBackoff {
  private crashes = 0;

  /** @param upMs how long the worker that crashed had been ready */
  delayAfter(upMs: number): number {
    if (upMs >= STEADY_MS) this.crashes = 0;
    const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.crashes);
    this.crashes = Math.min(this.crashes + 1, 16);
    return delay;
  }
}
