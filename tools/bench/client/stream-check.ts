/** A closed range of sequence numbers. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Ranges kept for the report; beyond that only their number is. */
const KEPT_RANGES = 200;

/**
 * Proves, for one reader of one department, that events arrived in order and without holes. After a snapshot at `seq` every
 * next event is `seq + 1`, or a `skipped` range covers it.
 */
export class StreamCheck {
  /** The sequence number of the first snapshot: what lies before is not this reader's. */
  base: number | undefined;
  /** The last sequence number received or covered. */
  last: number | undefined;
  epoch: string | undefined;

  received = 0;
  /** Holes that no range covered, and the number of events in them. */
  gaps = 0;
  missing = 0;
  /** Events that came again or too late, or before any snapshot. */
  outOfOrder = 0;
  /** Events that a second snapshot of the same epoch stepped over without delivering them. */
  steppedOver = 0;
  epochChanges = 0;

  readonly gapRanges: Range[] = [];
  readonly skippedRanges: Range[] = [];
  skippedEvents = 0;

  snapshot(seq: number, epoch: string): void {
    if (this.base === undefined || this.last === undefined) {
      this.base = seq;
    } else if (this.epoch !== epoch) {
      // Another history: numbers of the old one prove nothing about the new one.
      this.epochChanges += 1;
      this.base = seq;
    } else if (seq < this.last) {
      this.outOfOrder += 1;
    } else {
      this.steppedOver += seq - this.last;
    }
    this.last = seq;
    this.epoch = epoch;
  }

  /** The server goes on at `from`; a place other than right behind `last` is a hole or a repeat. */
  resumed(from: number): void {
    if (this.last === undefined) {
      this.outOfOrder += 1;
      this.base = from - 1;
      this.last = from - 1;
    } else if (from > this.last + 1) {
      this.hole(this.last + 1, from - 1);
      this.last = from - 1;
    }
  }

  /** Takes an event; false when it is not the next one. */
  event(seq: number): boolean {
    this.received += 1;
    if (this.last === undefined || seq <= this.last) {
      this.outOfOrder += 1;
      return false;
    }
    const contiguous = seq === this.last + 1;
    if (!contiguous) this.hole(this.last + 1, seq - 1);
    this.last = seq;
    return contiguous;
  }

  /** The server left out `from`…`to`, at this place of the stream. */
  skipped(from: number, to: number): void {
    if (this.last === undefined || from <= this.last || to < from) {
      this.outOfOrder += 1;
      return;
    }
    if (from !== this.last + 1) this.hole(this.last + 1, from - 1);
    this.skippedEvents += to - from + 1;
    if (this.skippedRanges.length < KEPT_RANGES) this.skippedRanges.push({ from, to });
    this.last = to;
  }

  private hole(from: number, to: number): void {
    this.gaps += 1;
    this.missing += to - from + 1;
    if (this.gapRanges.length < KEPT_RANGES) this.gapRanges.push({ from, to });
  }
}
