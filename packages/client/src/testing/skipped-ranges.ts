import type { EventFrame } from '../index.js';

/** The next events of a department that a slow reader does not get: one frame names the range in their place. */
export class SkippedRanges {
  private readonly left = new Map<string, number>();
  private readonly from = new Map<string, number>();

  skip(dept: string, count: number): void {
    this.left.set(dept, count);
  }

  /** @returns the frame to send for this event; undefined while its range goes on */
  frameFor(event: EventFrame): object | undefined {
    const { dept, seq } = event;
    const left = this.left.get(dept) ?? 0;
    if (left === 0) return event;
    const from = this.from.get(dept) ?? seq;
    this.from.set(dept, from);
    this.left.set(dept, left - 1);
    if (left > 1) return undefined;
    this.from.delete(dept);
    return { type: 'skipped', dept, from, to: seq };
  }
}
