import { DomainError } from '../errors.js';

interface Waiter {
  readonly enter: () => void;
  readonly timer: NodeJS.Timeout;
}

interface Lane {
  taken: number;
  readonly waiting: Waiter[];
}

export interface KeyedPlacesOptions {
  /** Works of one key at a time. */
  readonly places: number;
  /** More than this are refused at once. */
  readonly maxWaiting: number;
  /** The longest wait. */
  readonly patienceMs: number;
}

const RETRY_AFTER_SEC = 1;

/**
 * A bounded number of tasks at a time for each key, in the order of arrival. A waiting task holds nothing but memory; an
 * unused key costs nothing.
 */
export class KeyedPlaces {
  private readonly lanes = new Map<string, Lane>();

  constructor(private readonly options: KeyedPlacesOptions) {}

  /** Works that wait for a place of this key. */
  waitingFor(key: string): number {
    return this.lanes.get(key)?.waiting.length ?? 0;
  }

  /** @throws DomainError UNAVAILABLE when too many wait or it took too long; what `work` throws */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const lane = this.laneOf(key);
    if (lane.taken < this.options.places) lane.taken++;
    else await this.wait(lane);
    try {
      return await work();
    } finally {
      this.leave(key, lane);
    }
  }

  private laneOf(key: string): Lane {
    let lane = this.lanes.get(key);
    if (!lane) {
      lane = { taken: 0, waiting: [] };
      this.lanes.set(key, lane);
    }
    return lane;
  }

  /** Resolves with the place of a task that ends: the place is never free in between. */
  private wait({ waiting }: Lane): Promise<void> {
    if (waiting.length >= this.options.maxWaiting) return Promise.reject(busy());
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.splice(waiting.indexOf(waiter), 1);
        reject(busy());
      }, this.options.patienceMs);
      const waiter: Waiter = { enter: resolve, timer };
      waiting.push(waiter);
    });
  }

  private leave(key: string, lane: Lane): void {
    const next = lane.waiting.shift();
    if (next) {
      clearTimeout(next.timer);
      next.enter();
      return;
    }
    lane.taken--;
    if (lane.taken === 0) this.lanes.delete(key);
  }
}

function busy(): DomainError {
  return new DomainError('UNAVAILABLE', 'others are waiting for the same, try again', { retryAfter: RETRY_AFTER_SEC });
}
