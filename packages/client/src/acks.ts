const INTERVAL_MS = 200;

/** Receipts of what the screen has shown: cumulative, at most five times a second for all departments together. */
export class Acks {
  private readonly waiting = new Map<string, number>();
  private readonly sent = new Map<string, number>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private lastAt = -Infinity;

  constructor(
    private readonly send: (dept: string, seq: number) => void,
    private readonly monotonic: () => number,
  ) {}

  shown(dept: string, seq: number): void {
    if ((this.sent.get(dept) ?? 0) >= seq) return;
    this.waiting.set(dept, seq);
    if (this.timer !== undefined) return;
    const wait = Math.max(0, this.lastAt + INTERVAL_MS - this.monotonic());
    if (wait === 0) this.flush();
    else this.timer = setTimeout(this.flush, wait);
  }

  /** A new epoch or a lost link: what was sent may not have arrived. */
  again(): void {
    for (const [dept, seq] of this.sent) this.waiting.set(dept, this.waiting.get(dept) ?? seq);
    this.sent.clear();
    if (this.waiting.size > 0) this.timer ??= setTimeout(this.flush, INTERVAL_MS);
  }

  forget(dept?: string): void {
    if (dept === undefined) {
      this.waiting.clear();
      this.sent.clear();
      clearTimeout(this.timer);
      this.timer = undefined;
    } else {
      this.waiting.delete(dept);
      this.sent.delete(dept);
    }
  }

  private readonly flush = (): void => {
    this.timer = undefined;
    this.lastAt = this.monotonic();
    for (const [dept, seq] of this.waiting) {
      this.sent.set(dept, seq);
      this.send(dept, seq);
    }
    this.waiting.clear();
  };
}
