import { streamFrame } from '../../platform/tracing/stream-frame.js';
import { textFrame } from '../../events/log/text-frame.js';

/** A frame that is no event, made once for all who get it. */
export class SharedFrame {
  private socketFrame: Buffer | undefined;
  private streamMessage: Buffer | undefined;

  /**
   * @param text the frame's JSON
   * @param place the department and the event that the frame brings a reader to, where it does
   */
  constructor(
    readonly type: string,
    readonly text: string,
    readonly place?: { dept: string; seq: number },
  ) {}

  static of(frame: Readonly<Record<string, unknown>> & { type: string }): SharedFrame {
    return new SharedFrame(frame.type, JSON.stringify(frame));
  }

  /** Framed for a socket. */
  get frame(): Buffer {
    this.socketFrame ??= textFrame(this.text);
    return this.socketFrame;
  }

  /** As a message of an event stream. */
  get message(): Buffer {
    this.streamMessage ??= streamFrame(this.type, this.text, this.place?.seq);
    return this.streamMessage;
  }
}
