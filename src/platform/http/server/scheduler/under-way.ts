/** Presses and commands under way at a time: a few times what the database is asked at once. */
const MAX = 48;
/** Those of one network: the others have as many. */
const MAX_OF_A_NETWORK = 24;
/** One that takes longer waits for a locked row, not for the processor, and gives its place to the next. */
const COUNTED_MS = 1000;

interface Begun {
  readonly at: number;
  readonly network: string;
  /** Until its end, and no longer than the time that counts. */
  isCounted: boolean;
}

/** Presses and commands that have begun and are not answered. */
export class UnderWay {
  private total = 0;
  private young = 0;
  private readonly youngOf = new Map<string, number>();
  /** In the order of their beginning, from the first one that counts. */
  private readonly begun: Begun[] = [];

  get count(): number {
    return this.total;
  }

  /** True when none may begin. */
  get isFull(): boolean {
    this.forgetOld();
    return this.young >= MAX;
  }

  /** True when another one may begin. */
  mayBegin(network: string): boolean {
    return !this.isFull && (this.youngOf.get(network) ?? 0) < MAX_OF_A_NETWORK;
  }

  /** Milliseconds until there is room though none ends. */
  get roomInMs(): number {
    const first = this.begun[0];
    return first ? Math.max(1, first.at + COUNTED_MS - performance.now()) : 1;
  }

  /** @returns to be called at its end */
  begin(network: string): () => void {
    const own: Begun = { at: performance.now(), network, isCounted: true };
    this.begun.push(own);
    this.total++;
    this.add(network, 1);
    return () => {
      this.total--;
      this.discount(own);
    };
  }

  private forgetOld(): void {
    const old = performance.now() - COUNTED_MS;
    for (let first = this.begun[0]; first && (!first.isCounted || first.at <= old); first = this.begun[0]) {
      this.discount(first);
      this.begun.shift();
    }
  }

  private discount(one: Begun): void {
    if (one.isCounted) this.add(one.network, -1);
    one.isCounted = false;
  }

  private add(network: string, change: 1 | -1): void {
    this.young += change;
    const count = (this.youngOf.get(network) ?? 0) + change;
    if (count > 0) this.youngOf.set(network, count);
    else this.youngOf.delete(network);
  }
}
