import { memoryLeft } from '../system/cgroup-memory.js';

/** A worker that is over its memory again sooner than this leaks faster than restarts can help, or has been given too little. */
const LEAST_BETWEEN_MS = 5 * 60_000;
/** A fresh worker grows while clients come back to it. */
const ROOM_FACTOR = 1.5;

export type MemoryDecision = 'new worker first' | 'drain first' | 'not now';

/** Decides how a worker that is over its memory is replaced. */
export class MemoryRestarts {
  private lastAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly now: () => number = () => performance.now(),
    private readonly bytesLeft: () => number = memoryLeft,
  ) {}

  /** @param freshBytes what a worker takes that has just started */
  decide(freshBytes: number): MemoryDecision {
    if (this.now() - this.lastAt < LEAST_BETWEEN_MS) return 'not now';
    this.lastAt = this.now();
    return this.bytesLeft() >= freshBytes * ROOM_FACTOR ? 'new worker first' : 'drain first';
  }
}
