import type { EncodedEvent } from '../../events/log/encoded-event.js';

/** A hole in a department's events: what a slow reader was not given. */
export interface SkippedRange {
  dept: string;
  from: number;
  to: number;
}

/** How what waits is written, for a kind of reader. */
export interface LineFormat {
  event(event: EncodedEvent): Buffer;
  skipped(range: SkippedRange): Buffer;
}

interface WaitingEvent {
  kind: 'event';
  event: EncodedEvent;
  bytes: Buffer;
  mayDrop: boolean;
  repeatOf: string | undefined;
}

type Waiting = WaitingEvent | { kind: 'skipped'; range: SkippedRange } | { kind: 'frame'; bytes: Buffer };

/** The most bytes of a framed range. */
const SKIPPED_BYTES = 128;

/**
 * The frames that wait for a slow reader, in the order of writing. Dropped events leave a range in their place. Ranges that
 * touch become one, so there is at most one more of them than of the frames between.
 */
export class SendQueue {
  events = 0;
  /** Frames that are never dropped: answers to the reader's own commands, snapshots. */
  frames = 0;
  bytes = 0;
  private entries: Waiting[] = [];

  constructor(private readonly format: LineFormat) {}

  get isEmpty(): boolean {
    return this.entries.length === 0;
  }

  /** Ranges do not count. */
  get messages(): number {
    return this.events + this.frames;
  }

  addEvent(event: EncodedEvent): void {
    const { repeatOf } = event;
    if (repeatOf !== undefined) this.outdate(repeatOf);
    const bytes = this.format.event(event);
    this.entries.push({ kind: 'event', event, bytes, mayDrop: !event.critical, repeatOf });
    this.events++;
    this.bytes += bytes.length;
  }

  /** Something that is never dropped. */
  addFrame(bytes: Buffer): void {
    this.entries.push({ kind: 'frame', bytes });
    this.frames++;
    this.bytes += bytes.length;
  }

  /** @returns false when only critical ones are left */
  dropOldest(): boolean {
    const at = this.entries.findIndex((one) => one.kind === 'event' && one.mayDrop);
    const dropped = this.entries[at];
    if (dropped?.kind !== 'event') return false;
    const { dept, seq } = dropped.event;
    this.entries[at] = { kind: 'skipped', range: { dept, from: seq, to: seq } };
    this.events--;
    this.bytes += SKIPPED_BYTES - dropped.bytes.length;
    this.join(at);
    return true;
  }

  /** Drops the department's events and ranges: the reader has left it, or enters it again. */
  forget(dept: string): void {
    this.entries = this.entries.filter((one) => {
      const leaves = deptOf(one) === dept;
      if (leaves) this.left(one);
      return !leaves;
    });
  }

  /** Takes from the front, `most` bytes or a single one that is larger. */
  take(most: number): Buffer {
    const taken: Buffer[] = [];
    let size = 0;
    for (const one of this.entries) {
      const bytes = one.kind === 'skipped' ? this.format.skipped(one.range) : one.bytes;
      if (taken.length > 0 && size + bytes.length > most) break;
      taken.push(bytes);
      size += bytes.length;
      this.left(one);
    }
    this.entries.splice(0, taken.length);
    return taken.length === 1 && taken[0] ? taken[0] : Buffer.concat(taken, size);
  }

  /** An earlier repeat of what has just been said again may be dropped. */
  private outdate(repeatOf: string): void {
    for (const one of this.entries) if (one.kind === 'event' && one.repeatOf === repeatOf) one.mayDrop = true;
  }

  /** Joins the range at `at` with the ranges that touch it, in the place of the first. */
  private join(at: number): void {
    const own = this.entries[at];
    if (own?.kind !== 'skipped') return;
    const { range } = own;
    const after = this.entries.findIndex((one, i) => i > at && deptOf(one) === range.dept);
    const next = this.entries[after];
    if (next?.kind === 'skipped') {
      range.to = next.range.to;
      this.remove(after);
    }
    const before = this.entries.findLastIndex((one, i) => i < at && deptOf(one) === range.dept);
    const previous = this.entries[before];
    if (previous?.kind === 'skipped') {
      previous.range.to = range.to;
      this.remove(at);
    }
  }

  private remove(at: number): void {
    this.entries.splice(at, 1);
    this.bytes -= SKIPPED_BYTES;
  }

  private left(one: Waiting): void {
    if (one.kind === 'frame') this.frames--;
    if (one.kind === 'event') this.events--;
    this.bytes -= one.kind === 'skipped' ? SKIPPED_BYTES : one.bytes.length;
  }
}

function deptOf(one: Waiting): string | undefined {
  if (one.kind === 'frame') return undefined;
  return one.kind === 'event' ? one.event.dept : one.range.dept;
}
