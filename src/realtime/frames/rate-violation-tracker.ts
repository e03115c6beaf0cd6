/** Windows in a row with something over the limit in them. */
const MAX_IN_A_ROW = 3;

/**
 * Warnings of one connection: a window of the limit begins with the first frame that is over it. The next one counts as following when it begins before a
 * whole window has gone by in which nothing was.
 */
export class RateViolationTracker {
  private begun = -Infinity;
  private inARow = 0;

  /**
   * Something was over the limit.
   * @param now milliseconds
   * @param seconds the limit's window
   * @returns whether that was the third window in a row
   */
  add(now: number, seconds: number): boolean {
    const since = now - this.begun;
    const window = seconds * 1000;
    if (since >= window) {
      this.inARow = since < 2 * window ? this.inARow + 1 : 1;
      this.begun = now;
    }
    return this.inARow >= MAX_IN_A_ROW;
  }
}
