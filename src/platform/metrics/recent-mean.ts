import type { Clock } from '../common/clock.js';

const PARTS = 30;

interface Part {
  began: number;
  sum: number;
  count: number;
}

/** The mean of what was measured lately, in bounded memory: it forgets by thirtieths of its window. */
export class RecentMean {
  private parts: Part[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly windowMs: number,
  ) {}

  add(value: number): void {
    const now = this.clock.monotonic();
    let part = this.parts.at(-1);
    if (!part || now - part.began >= this.windowMs / PARTS) {
      part = { began: now, sum: 0, count: 0 };
      this.parts = [...this.recent(now), part];
    }
    part.sum += value;
    part.count++;
  }

  /** 0 when nothing was measured. */
  get value(): number {
    const parts = this.recent(this.clock.monotonic());
    const count = parts.reduce((total, part) => total + part.count, 0);
    return count === 0 ? 0 : parts.reduce((total, part) => total + part.sum, 0) / count;
  }

  private recent(now: number): Part[] {
    return this.parts.filter((part) => now - part.began < this.windowMs);
  }
}
