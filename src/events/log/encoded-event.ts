import { streamFrame } from '../../platform/tracing/stream-frame.js';
import { textFrame } from './text-frame.js';
import type { StoredEvent } from './event.js';
import { type EventTraits, isCritical } from './event-catalog.js';

/** An event as all its readers get it: made once per node. */
export class EncodedEvent {
  private socketFrame: Buffer | undefined;
  private streamMessage: Buffer | undefined;
  private mayNotBeDropped: boolean | undefined;
  private repeated: { key: string | undefined } | undefined;

  constructor(
    private readonly event: StoredEvent,
    private readonly traits: EventTraits,
    /** Milliseconds of the process's monotonic clock at which the event's transaction drew its time. */
    readonly bornAt: number,
  ) {}

  get dept(): string {
    return this.event.dept;
  }

  get seq(): number {
    return this.event.seq;
  }

  get type(): string {
    return this.event.type;
  }

  /** W3C traceparent of the command that it came of, where that was traced. */
  get trace(): string | null {
    return this.event.trace;
  }

  /** Never dropped for a slow reader. */
  get critical(): boolean {
    this.mayNotBeDropped ??= isCritical(this.traits, this.event.data);
    return this.mayNotBeDropped;
  }

  /** A key of the event's subject: of several events with the same key, only the newest is critical. */
  get repeatOf(): string | undefined {
    this.repeated ??= { key: this.traits.repeatOf?.(this.event.data) };
    return this.repeated.key;
  }

  /** The frame's JSON text. */
  get text(): string {
    const { type, dept, seq, id, time, data, trace } = this.event;
    return (
      `{"type":${JSON.stringify(type)},"dept":"${dept}","seq":${String(seq)},"id":"${id}",` +
      `"time":"${time}","critical":${String(this.critical)},${trace === null ? '' : `"trace":"${trace}",`}"data":${data}}`
    );
  }

  /** Framed for a socket. */
  get frame(): Buffer {
    this.socketFrame ??= textFrame(this.text);
    return this.socketFrame;
  }

  /** As a message of an event stream. */
  get message(): Buffer {
    this.streamMessage ??= streamFrame(this.type, this.text, this.seq);
    return this.streamMessage;
  }
}

/** @param now the process's monotonic clock, in milliseconds, when the event was read */
export function encodeEvent(event: StoredEvent, traits: EventTraits, now: number): EncodedEvent {
  return new EncodedEvent(event, traits, now - event.age * 1000);
}

/** Consecutive events of one department, written to a reader at once. */
export class EventBatch {
  private socketFrames: Buffer | undefined;
  private streamMessages: Buffer | undefined;

  /** @param events not empty, `seq` rising by one */
  constructor(readonly events: readonly [EncodedEvent, ...EncodedEvent[]]) {}

  /** @param events `seq` rising by one @returns undefined when there are none */
  static of([head, ...rest]: readonly EncodedEvent[]): EventBatch | undefined {
    return head && new EventBatch([head, ...rest]);
  }

  get first(): number {
    return this.events[0].seq;
  }

  get last(): number {
    return this.first + this.events.length - 1;
  }

  /** All frames in one buffer, joined once for all sockets. */
  get frames(): Buffer {
    this.socketFrames ??= this.events.length === 1 ? this.events[0].frame : Buffer.concat(this.events.map((event) => event.frame));
    return this.socketFrames;
  }

  /** All messages in one buffer, joined once for all event streams. */
  get messages(): Buffer {
    this.streamMessages ??= Buffer.concat(this.events.map((event) => event.message));
    return this.streamMessages;
  }

  /** The events after `seq`; undefined when there are none. */
  after(seq: number): EventBatch | undefined {
    if (seq < this.first) return this;
    return EventBatch.of(this.events.slice(seq - this.first + 1));
  }
}
