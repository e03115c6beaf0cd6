/** Counts what a connection may do a few times, within a sliding minute. */
export class SlidingCounter {
  private readonly times: number[] = [];

  constructor(
    private readonly max: number,
    private readonly windowMs = 60_000,
  ) {}

  /** @param now milliseconds @returns whether that was one of `max` within the window */
  add(now: number): boolean {
    this.times.push(now);
    while ((this.times[0] ?? now) <= now - this.windowMs || this.times.length > this.max) this.times.shift();
    return this.times.length >= this.max;
  }
}
