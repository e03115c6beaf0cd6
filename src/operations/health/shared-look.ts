/** A look that is as young as this is not repeated. */
const KEPT_MS = 1000;

/** A look at something costly, shared by all who ask while it lasts and shortly after: a flood of probes costs as much as one. */
export class SharedLook<T> {
  private looking: Promise<T> | undefined;
  private last: { seen: T; at: number } | undefined;

  /** @param look a look that fails is not kept */
  constructor(private readonly look: () => Promise<T>) {}

  get(): Promise<T> {
    if (this.last && performance.now() - this.last.at < KEPT_MS) return Promise.resolve(this.last.seen);
    return (this.looking ??= this.take().finally(() => (this.looking = undefined)));
  }

  private async take(): Promise<T> {
    const seen = await this.look();
    this.last = { seen, at: performance.now() };
    return seen;
  }
}
