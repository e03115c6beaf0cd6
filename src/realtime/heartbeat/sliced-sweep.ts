/** The visited collection: it may grow and shrink meanwhile. */
export interface Visited<T> {
  readonly size: number;
  all(): Iterable<T>;
}

/** Visits each item of a collection once a round, a like number in each slice of it: no turn of the event loop carries them all. */
export class SlicedSweep<T> {
  private walk: Iterator<T> | undefined;
  private left = 0;
  private quota = 0;

  /** @param slices how many make a round */
  constructor(
    private readonly items: Visited<T>,
    private readonly slices: number,
  ) {}

  /** The next slice. The round's last one also takes who came during the round. */
  visit(visitor: (item: T) => void): void {
    if (this.left === 0) this.begin();
    this.left--;
    const isLast = this.left === 0;
    for (let n = 0; this.walk && (isLast || n < this.quota); n++) {
      const next = this.walk.next();
      if (next.done) this.walk = undefined;
      else visitor(next.value);
    }
  }

  private begin(): void {
    this.walk = this.items.all()[Symbol.iterator]();
    this.left = this.slices;
    this.quota = Math.ceil(this.items.size / this.slices);
  }
}
