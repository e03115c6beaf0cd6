import { type Precedence, PrecedenceTurns } from './precedence-turns.js';
import { SheddingQueue, type SheddingQueueOptions } from './shedding-queue.js';

interface Lane {
  taken: number;
  readonly turns: PrecedenceTurns;
  readonly first: SheddingQueue;
  readonly second: SheddingQueue;
}

export interface KeyedPlacesOptions extends SheddingQueueOptions {
  /** Works of one key at a time. */
  readonly places: number;
}

/**
 * A bounded number of tasks at a time for each key, in the order of arrival, those that come first before the others. A waiting task holds nothing but
 * memory; an unused key costs nothing.
 */
export class KeyedPlaces {
  private readonly lanes = new Map<string, Lane>();

  constructor(private readonly options: KeyedPlacesOptions) {}

  /** Works that wait for a place of this key. */
  waitingFor(key: string): number {
    const lane = this.lanes.get(key);
    return lane ? lane.first.length + lane.second.length : 0;
  }

  /**
   * @param until as of `SheddingQueue.wait`
   * @throws DomainError UNAVAILABLE when too many wait or it took too long; what `work` throws
   */
  async run<T>(key: string, work: () => Promise<T>, precedence: Precedence = 'second', until?: number): Promise<T> {
    const lane = this.laneOf(key);
    // A place that is given on is never free in between: the next one waits no longer than the work before it.
    if (lane.taken < this.options.places) lane.taken++;
    else await lane[precedence].wait(until);
    try {
      return await work();
    } finally {
      this.leave(key, lane);
    }
  }

  private laneOf(key: string): Lane {
    let lane = this.lanes.get(key);
    if (!lane) {
      lane = { taken: 0, turns: new PrecedenceTurns(), first: new SheddingQueue(this.options), second: new SheddingQueue(this.options) };
      this.lanes.set(key, lane);
    }
    return lane;
  }

  private leave(key: string, lane: Lane): void {
    if (this.admit(lane)) return;
    lane.taken--;
    if (lane.taken === 0) this.lanes.delete(key);
  }

  private admit({ turns, ...queues }: Lane): boolean {
    for (const kind of turns.order) {
      if (!queues[kind].admitNext()) continue;
      turns.took(kind, queues.second.length > 0);
      return true;
    }
    return false;
  }
}
