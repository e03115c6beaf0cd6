import { DomainError } from '../errors.js';
import { OverloadDetector } from './overload-detector.js';

/** The longest wait of a command for its turn: below the ten seconds after which a command is answered in any case. */
export const COMMAND_PATIENCE_MS = 8000;

export interface SheddingQueueOptions {
  /** More than this are refused at once. */
  readonly maxWaiting: number;
  /** The longest wait, also where nothing moves. */
  readonly patienceMs: number;
  /** Called for each that is refused. */
  readonly onShed?: () => void;
}

interface Waiter {
  readonly since: number;
  readonly enter: () => void;
  readonly refuse: () => void;
  readonly timer: NodeJS.Timeout;
}

const RETRY_AFTER_SEC = 1;

/** Waiting work in the order of arrival. Under overload its late ones are refused. */
export class SheddingQueue {
  private readonly waiting: Waiter[] = [];
  private readonly overload = new OverloadDetector();

  constructor(private readonly options: SheddingQueueOptions) {}

  get length(): number {
    return this.waiting.length;
  }

  /**
   * Resolves in its turn.
   * @param until the end of the wait, as `performance.now()` counts, for work that waits in several queues; by default after the longest wait
   * @throws DomainError UNAVAILABLE when too many wait, it took too long, or it is late under overload
   */
  wait(until = performance.now() + this.options.patienceMs): Promise<void> {
    const since = performance.now();
    this.overload.arrived(since);
    if (this.waiting.length >= this.options.maxWaiting) return Promise.reject(this.refusal());
    return new Promise((resolve, reject) => {
      const refuse = () => {
        reject(this.refusal());
      };
      const timer = setTimeout(
        () => {
          this.waiting.splice(this.waiting.indexOf(waiter), 1);
          refuse();
        },
        Math.max(0, until - since),
      );
      const waiter: Waiter = { since, enter: resolve, refuse, timer };
      this.waiting.push(waiter);
    });
  }

  /** Lets the next one in. @returns false when nobody waits any more */
  admitNext(): boolean {
    const now = performance.now();
    for (let next = this.waiting.shift(); next; next = this.waiting.shift()) {
      clearTimeout(next.timer);
      if (this.overload.admits(next.since, now)) {
        next.enter();
        return true;
      }
      next.refuse();
    }
    this.overload.emptied();
    return false;
  }

  private refusal(): DomainError {
    this.options.onShed?.();
    return busy();
  }
}

/** Too many wait for the same: the next try, a second later, may find a place. */
export function busy(): DomainError {
  return new DomainError('UNAVAILABLE', 'others are waiting for the same, try again', { retryAfter: RETRY_AFTER_SEC });
}
