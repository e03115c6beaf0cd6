import { clientText } from './frames/client-frame.js';
import type { Dialect } from './frames/dialects.js';
import { FrameParser, TEXT } from './frames/frame-parser.js';
import { RawSocket, type Route } from './raw-socket.js';

export interface ReaderHandlers {
  ready(): void;
  /** Before or after it was ready. */
  ended(why: string): void;
}

/**
 * A client that takes part in the opening as any other, and from then on only counts: on a machine that is shared, a reader that
 * parses would take from the server what is measured. One of a group looks at the frames as well, and vouches for the others.
 */
export class Reader {
  readonly raw: RawSocket;
  bytes = 0;
  reads = 0;
  /** Counted by the one that verifies. */
  events = 0;
  eventBytes = 0;
  /** Bytes of frames that are no events: summaries, pings. */
  otherBytes = 0;
  private parser: FrameParser | undefined = new FrameParser();
  isReady = false;

  constructor(
    route: Route,
    private readonly dialect: Dialect,
    private readonly dept: string,
    readonly verifies: boolean,
    private readonly handlers: ReaderHandlers,
  ) {
    this.raw = new RawSocket(route, {
      opened: () => {
        if (!dialect.greets) this.becomeReady();
      },
      bytes: (chunk) => {
        this.take(chunk);
      },
      ended: (why) => {
        handlers.ended(why);
      },
    });
  }

  /** Counts from nothing again. */
  mark(): void {
    this.bytes = 0;
    this.reads = 0;
    this.events = 0;
    this.eventBytes = 0;
    this.otherBytes = 0;
  }

  private take(chunk: Buffer): void {
    if (this.isReady) {
      this.bytes += chunk.length;
      this.reads += 1;
    }
    if (this.parser === undefined) return;
    for (const { opcode, payload, size } of this.parser.push(chunk)) {
      if (opcode !== TEXT) continue;
      if (this.isReady) this.verify(payload, size);
      else this.converse(payload.toString());
    }
  }

  private verify(payload: Buffer, size: number): void {
    if (this.dialect.isEvent(payload.toString())) {
      this.events += 1;
      this.eventBytes += size;
    } else {
      this.otherBytes += size;
    }
  }

  private converse(text: string): void {
    const next = this.dialect.opening(text, this.dept);
    if (next === 'ready') this.becomeReady();
    else if (next !== undefined) this.raw.write(clientText(next.say));
  }

  private becomeReady(): void {
    this.isReady = true;
    if (!this.verifies) this.parser = undefined;
    this.handlers.ready();
  }
}
