/** A look at something costly, shared by all who ask while it lasts and shortly after: a flood of questions costs as much as one. */
export class SharedLook<T> {
  private looking: Promise<T> | undefined;
  private generation = 0;
  private last: { seen: T; at: number } | undefined;

  /**
   * @param look a look that fails is not kept
   * @param keptMs a look that is as young as this is not repeated
   */
  constructor(
    private readonly look: () => Promise<T>,
    private readonly keptMs = 1000,
  ) {}

  /** The result of the last look, when it is young enough. */
  get kept(): T | undefined {
    return this.last && performance.now() - this.last.at < this.keptMs ? this.last.seen : undefined;
  }

  get(): Promise<T> {
    const { kept } = this;
    if (kept !== undefined) return Promise.resolve(kept);
    return (this.looking ??= this.take());
  }

  /** Makes the last look out of date, and one that is under way. */
  forget(): void {
    this.generation++;
    this.last = undefined;
    this.looking = undefined;
  }

  private async take(): Promise<T> {
    const { generation } = this;
    const isInForce = () => this.generation === generation;
    try {
      const seen = await this.look();
      if (isInForce()) this.last = { seen, at: performance.now() };
      return seen;
    } finally {
      if (isInForce()) this.looking = undefined;
    }
  }
}
