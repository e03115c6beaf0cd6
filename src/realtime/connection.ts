import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { StaffPrincipal } from '../auth/principal.js';
import { textFrame } from '../common/text-frame.js';
import { CLOSE_CODES } from './close-codes.js';

/** A socket whose close frame cannot be flushed is destroyed after this. */
const CLOSE_FLUSH_MS = 2000;

export interface ConnectionLimits {
  /** Bytes that may wait for a slow socket. */
  slowConsumerBytes: number;
}

/** Something of a connection's that must end with it. */
export interface Closable {
  close(): void;
}

/**
 * One authenticated socket. Frames are written to the stream as they were framed, one write for whatever is ready;
 * `ws` reads, and writes control frames.
 */
export class Connection {
  /** Subscriptions, by department. */
  readonly subscriptions = new Map<string, Closable>();
  /** Milliseconds since 1970. */
  readonly since = Date.now();
  bytesOut = 0;
  /** A command came since the session check looked last. */
  active = false;
  /** Resolves when the stream is gone. */
  readonly closed: Promise<void>;
  private closing = false;

  constructor(
    readonly id: string,
    /** Replaced when the session check finds memberships or role changed. */
    public principal: StaffPrincipal,
    private readonly socket: WebSocket,
    private readonly stream: Duplex,
    private readonly limits: ConnectionLimits,
  ) {
    this.closed = new Promise((resolve) => stream.once('close', resolve));
  }

  get isOpen(): boolean {
    return !this.closing && this.socket.readyState === this.socket.OPEN;
  }

  /** Bytes that the kernel has not taken yet. */
  get pendingBytes(): number {
    return this.stream.writableLength;
  }

  /** @param frame an object that is nobody else's: it is encoded for this connection alone */
  send(frame: Readonly<Record<string, unknown>>): void {
    this.write(textFrame(JSON.stringify(frame)));
  }

  /** @param frames one or more whole frames */
  write(frames: Buffer): void {
    if (!this.isOpen) return;
    this.bytesOut += frames.length;
    this.stream.write(frames);
    if (this.stream.writableLength > this.limits.slowConsumerBytes) this.close(CLOSE_CODES.SLOW_CONSUMER.code, 'slow consumer');
  }

  /**
   * Something that is not in the log and may be lost: rooms, direct messages, summaries. A socket that is slow does not get it.
   * @param frame one whole frame, the same buffer for all its readers
   * @returns whether it was taken
   */
  offer(frame: Buffer): boolean {
    if (!this.isOpen || this.stream.writableNeedDrain) return false;
    this.write(frame);
    return true;
  }

  /** Resolves when the kernel has taken what was written, or the connection is gone. */
  async drained(): Promise<void> {
    if (!this.isOpen || !this.stream.writableNeedDrain) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        this.stream.off('drain', done);
        this.stream.off('close', done);
        resolve();
      };
      this.stream.on('drain', done);
      this.stream.on('close', done);
    });
  }

  /** Ends subscriptions at once, the socket after its close frame, and in any case soon. */
  close(code: number, reason: string): void {
    if (this.closing) return;
    this.closing = true;
    this.endSubscriptions();
    this.socket.close(code, reason);
    const timer = setTimeout(() => {
      this.socket.terminate();
    }, CLOSE_FLUSH_MS);
    this.stream.once('close', () => {
      clearTimeout(timer);
    });
  }

  /** Tells the client that its session is over, then closes. */
  revoke(code: number): void {
    this.send({ type: 'session_revoked' });
    this.close(code, 'session revoked');
  }

  endSubscriptions(): void {
    for (const subscription of this.subscriptions.values()) subscription.close();
    this.subscriptions.clear();
  }
}
