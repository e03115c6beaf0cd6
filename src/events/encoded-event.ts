import { textFrame } from '../common/text-frame.js';
import type { StoredEvent } from './event.js';

/** An event as all its readers get it: made once per node. */
export class EncodedEvent {
  private socketFrame: Buffer | undefined;

  constructor(
    readonly dept: string,
    readonly seq: number,
    readonly type: string,
    readonly critical: boolean,
    /** The frame's JSON text. */
    readonly text: string,
    /** Milliseconds of the process's monotonic clock at which the event's transaction drew its time. */
    readonly bornAt: number,
  ) {}

  /** The framed text, ready for a socket. */
  get frame(): Buffer {
    this.socketFrame ??= textFrame(this.text);
    return this.socketFrame;
  }
}

/** @param now the process's monotonic clock, in milliseconds, when the event was read */
export function encodeEvent(event: StoredEvent, critical: boolean, now: number): EncodedEvent {
  const text =
    `{"type":${JSON.stringify(event.type)},"dept":"${event.dept}","seq":${String(event.seq)},"id":"${event.id}",` +
    `"time":"${event.time}","critical":${String(critical)},"data":${event.data}}`;
  return new EncodedEvent(event.dept, event.seq, event.type, critical, text, now - event.age * 1000);
}

/** Consecutive events of one department, written to a reader at once. */
export class EventBatch {
  private buffer: Buffer | undefined;

  /** @param events not empty, `seq` rising by one */
  constructor(readonly events: readonly [EncodedEvent, ...EncodedEvent[]]) {}

  get first(): number {
    return this.events[0].seq;
  }

  get last(): number {
    return this.first + this.events.length - 1;
  }

  /** All frames in one buffer, joined once for all readers. */
  get frames(): Buffer {
    this.buffer ??= this.events.length === 1 ? this.events[0].frame : Buffer.concat(this.events.map((event) => event.frame));
    return this.buffer;
  }

  /** What comes after `seq`; undefined when nothing does. */
  after(seq: number): EventBatch | undefined {
    if (seq < this.first) return this;
    const [head, ...rest] = this.events.slice(seq - this.first + 1);
    return head ? new EventBatch([head, ...rest]) : undefined;
  }
}
