interface Waiting {
  start(): void;
  giveUp(): void;
}

interface FairQueueOptions {
  /** Runs at once. */
  maxRunning: number;
  /** Waits in each lane. */
  maxWaiting: number;
}

/** A key for each source of work, in turn: each source has one piece served before any source has its second. */
class Lane {
  length = 0;
  /** In the order of their turns: the key at the front is served next and goes to the back. */
  private readonly sources = new Map<string, Waiting[]>();

  push(key: string, one: Waiting): void {
    const line = this.sources.get(key);
    if (line) line.push(one);
    else this.sources.set(key, [one]);
    this.length++;
  }

  shift(): Waiting | undefined {
    for (const [key, line] of this.sources) {
      const next = line.shift();
      this.sources.delete(key);
      if (line.length > 0) this.sources.set(key, line);
      if (!next) continue;
      this.length--;
      return next;
    }
    return undefined;
  }

  /** Takes the last one from the longest line, when that line is longer than the line of `key` would become. */
  dropFor(key: string): Waiting | undefined {
    let longest: Waiting[] = [];
    for (const line of this.sources.values()) if (line.length > longest.length) longest = line;
    if (longest.length <= (this.sources.get(key)?.length ?? 0) + 1) return undefined;
    this.length--;
    return longest.pop();
  }
}

/**
 * Runs work a few pieces at a time. Sources of work take turns, so a flood of one source costs another source one piece of waiting. Lanes are served
 * alternately: the second lane does not wait for the first to empty.
 */
export class FairQueue<LaneName extends string> {
  private running = 0;
  private readonly lanes: Map<LaneName, Lane>;

  constructor(
    names: readonly LaneName[],
    private readonly options: FairQueueOptions,
  ) {
    this.lanes = new Map(names.map((name) => [name, new Lane()]));
  }

  /** How many wait. */
  get depth(): number {
    let depth = 0;
    for (const lane of this.lanes.values()) depth += lane.length;
    return depth;
  }

  /**
   * @param key the source of the work within its lane
   * @param full makes the error for work that finds no place, or loses its place to a source with less work waiting
   */
  async run<T>(name: LaneName, key: string, work: () => Promise<T>, full: () => Error): Promise<T> {
    if (this.running >= this.options.maxRunning) await this.wait(name, key, full);
    else this.running++;
    try {
      return await work();
    } finally {
      this.next();
    }
  }

  private wait(name: LaneName, key: string, full: () => Error): Promise<void> {
    const lane = this.lanes.get(name);
    if (!lane) throw new Error('no such lane');
    if (lane.length >= this.options.maxWaiting) {
      const dropped = lane.dropFor(key);
      if (!dropped) throw full();
      dropped.giveUp();
    }
    return new Promise<void>((resolve, reject) => {
      lane.push(key, {
        start: resolve,
        giveUp: () => {
          reject(full());
        },
      });
    });
  }

  /** Passes the place on: to the lane that was served least lately and has work. */
  private next(): void {
    for (const [name, lane] of this.lanes) {
      const one = lane.shift();
      if (!one) continue;
      this.lanes.delete(name);
      this.lanes.set(name, lane);
      one.start();
      return;
    }
    this.running--;
  }
}
