interface Flushable {
  flush(): void;
}

/** Flushes, at the end of this turn of the event loop, whoever asked during it: once, however often they asked. */
export class FlushScheduler {
  private dirty: Flushable[] = [];

  /** Ask once a turn. */
  schedule(one: Flushable): void {
    if (this.dirty.push(one) === 1) process.nextTick(this.flush);
  }

  private readonly flush = (): void => {
    const { dirty } = this;
    this.dirty = [];
    for (const one of dirty) one.flush();
  };
}
