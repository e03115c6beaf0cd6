/** A sample: when it was taken, in milliseconds since 1970, and its numbers by name. */
export type Sample<Name extends string> = { readonly at: number } & { readonly values: Readonly<Record<Name, number>> };

/** The last so many samples of a closed list of numbers, in one block of memory that is taken once. */
export class SampleRing<Name extends string> {
  private readonly width: number;
  private readonly cells: Float64Array;
  private taken = 0;

  /** @param capacity samples that are kept */
  constructor(
    private readonly names: readonly Name[],
    private readonly capacity: number,
  ) {
    this.width = names.length + 1;
    this.cells = new Float64Array(this.width * capacity);
  }

  get size(): number {
    return Math.min(this.taken, this.capacity);
  }

  /** Drops the oldest one when all places are taken. */
  add({ at, values }: Sample<Name>): void {
    const place = (this.taken % this.capacity) * this.width;
    this.cells[place] = at;
    for (const [index, name] of this.names.entries()) this.cells[place + 1 + index] = values[name];
    this.taken++;
  }

  /** From `from` to `to`, both included, in milliseconds since 1970; oldest first. */
  between(from: number, to: number): Sample<Name>[] {
    const found: Sample<Name>[] = [];
    for (let n = this.taken - this.size; n < this.taken; n++) {
      const sample = this.read(n);
      if (sample.at >= from && sample.at <= to) found.push(sample);
    }
    return found;
  }

  /** The one before the last; undefined while there is none. */
  get secondLast(): Sample<Name> | undefined {
    return this.size < 2 ? undefined : this.read(this.taken - 2);
  }

  private read(n: number): Sample<Name> {
    const place = (n % this.capacity) * this.width;
    const values = this.names.map((name, index) => [name, this.cells[place + 1 + index]]);
    return { at: this.cells[place] ?? 0, values: Object.fromEntries(values) as Record<Name, number> };
  }
}
