import type { Histogram } from '../measure/histogram.js';

interface Timed {
  readonly since: number;
  /** When the button was pressed, once the press is answered. */
  pressedAt: number | undefined;
  counted: boolean;
  /** The event that announced the call; what announces it again later is no first showing. */
  seq: number | undefined;
  /** Arrivals before the press was answered, in order: the usual case. */
  early: number[];
}

const KEPT_MS = 180_000;

/**
 * Joins the two ends of "button to screen". The frame is usually at the nurses before the answer
 * is at the station, so arrivals wait until the answer names the call.
 */
export class ScreenTimer {
  private readonly calls = new Map<string, Timed>();

  constructor(
    private readonly all: Histogram,
    private readonly first: Histogram,
  ) {}

  /** `call.pending` of this call, event `seq`, arrived at one nurse. */
  arrived(callId: string, seq: number, at: number): void {
    const call = this.timed(callId, at);
    const isFirst = call.seq === undefined;
    call.seq ??= seq;
    if (seq !== call.seq) return;
    if (call.pressedAt === undefined) {
      call.early.push(at);
    } else if (call.counted) {
      if (isFirst) this.first.record(at - call.pressedAt);
      this.all.record(at - call.pressedAt);
    }
  }

  /** The press that made this call was answered. */
  answered(callId: string, pressedAt: number, counted: boolean): void {
    const call = this.timed(callId, pressedAt);
    call.pressedAt = pressedAt;
    call.counted = counted;
    const [first] = call.early;
    if (counted && first !== undefined) {
      this.first.record(first - pressedAt);
      for (const at of call.early) this.all.record(at - pressedAt);
    }
    call.early = [];
  }

  private timed(callId: string, now: number): Timed {
    const known = this.calls.get(callId);
    if (known !== undefined) return known;
    for (const [id, old] of this.calls) {
      if (now - old.since < KEPT_MS) break; // in order of arrival
      this.calls.delete(id);
    }
    const call: Timed = {
      since: now,
      pressedAt: undefined,
      counted: false,
      seq: undefined,
      early: [],
    };
    this.calls.set(callId, call);
    return call;
  }
}
