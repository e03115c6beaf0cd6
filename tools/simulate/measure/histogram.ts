/** Values up to this are one bucket: a hundredth of a millisecond. */
const FINEST = 0.01;
/** Each bucket is half a percent wider than the one before: that is the error of a percentile. */
const GROWTH = 1.005;
const LARGEST = 3_600_000;
const LOG_GROWTH = Math.log(GROWTH);
const BUCKETS = Math.ceil(Math.log(LARGEST / FINEST) / LOG_GROWTH) + 2;

export interface Percentiles {
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** Durations in ms, in a fixed amount of memory, however many there are. */
export class Histogram {
  private readonly buckets = new Uint32Array(BUCKETS);
  private sum = 0;
  private largest = 0;
  count = 0;

  record(value: number): void {
    const index = value <= FINEST ? 0 : Math.ceil(Math.log(value / FINEST) / LOG_GROWTH);
    const bucket = Math.min(index, BUCKETS - 1);
    this.buckets[bucket] = (this.buckets[bucket] ?? 0) + 1;
    this.count += 1;
    this.sum += value;
    if (value > this.largest) this.largest = value;
  }

  /** The value that `share` (0…1) of all values do not exceed; 0 when there are none. */
  percentile(share: number): number {
    if (this.count === 0) return 0;
    const rank = Math.max(1, Math.ceil(share * this.count));
    let seen = 0;
    for (let index = 0; index < BUCKETS; index += 1) {
      seen += this.buckets[index] ?? 0;
      if (seen >= rank) return Math.min(this.largest, FINEST * GROWTH ** index);
    }
    return this.largest;
  }

  percentiles(): Percentiles {
    return {
      count: this.count,
      mean: this.count === 0 ? 0 : this.sum / this.count,
      p50: this.percentile(0.5),
      p95: this.percentile(0.95),
      p99: this.percentile(0.99),
      max: this.largest,
    };
  }
}
