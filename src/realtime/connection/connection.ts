import type { ReaderPrincipal } from '../../identity/access/principal.js';
import type { EventBatch } from '../../events/log/encoded-event.js';
import { CLOSE_CODES } from './close-codes.js';
import { Outbox, type OutboxParts, type OutboxReader } from '../outbox/outbox.js';
import { HeartbeatState } from './heartbeat-state.js';
import type { SessionEnd } from './session-warnings.js';
import { SharedFrame } from './shared-frame.js';
import type { Transport } from './transport.js';

/** A connection whose end cannot be flushed is cut after this. */
const CLOSE_FLUSH_MS = 2000;

/** A frame of its own kind: no event. */
export type PlainFrame = Readonly<Record<string, unknown>> & { type: string };

/** A department that a connection reads. */
export interface Reading {
  /** It has what was missed, and gets what is new. */
  readonly isLive: boolean;
  close(): void;
}

/** One authenticated reader, over a socket or an event stream. */
export class Connection implements OutboxReader {
  /** Subscriptions, by department. */
  readonly subscriptions = new Map<string, Reading>();
  /** Milliseconds since 1970. */
  readonly since = Date.now();
  /** When it was last heard, and how long its answers take. */
  readonly pulse = new HeartbeatState();
  messagesIn = 0;
  messagesOut = 0;
  /** A command came since the session check looked last. */
  active = false;
  /** The end of its session that the client was warned of. */
  warnedOf: SessionEnd | undefined;
  /** Set when this side has closed. */
  closeCode: number | undefined;
  private readonly outbox: Outbox;
  /** Commands received and not answered yet. */
  private commands = 0;
  /** Those among them that no unread answer holds up. */
  private urgent = 0;
  private urgentCame: (() => void) | undefined;
  private windingUp = false;

  constructor(
    readonly id: string,
    /** Replaced when the session check finds memberships or role changed. */
    public principal: ReaderPrincipal,
    private readonly wire: Transport,
    outboxParts: OutboxParts,
    /** W3C traceparent of its upgrade. */
    readonly trace?: string,
  ) {
    this.outbox = new Outbox(wire.stream, wire.format, outboxParts, this);
  }

  get isOpen(): boolean {
    return this.closeCode === undefined && this.wire.isOpen;
  }

  /** @internal by the outbox: `ws` answers a close, or what is malformed, with a close frame of its own */
  get takesFrames(): boolean {
    return this.wire.isOpen;
  }

  /** Resolves when the stream is gone. */
  get closed(): Promise<void> {
    if (this.wire.stream.closed) return Promise.resolve();
    return new Promise((resolve) => this.wire.stream.once('close', resolve));
  }

  /** Bytes that have come in since it was opened; undefined for a reader that never sends. */
  get bytesIn(): number | undefined {
    return this.wire.bytesIn;
  }

  get bytesOut(): number {
    return this.outbox.bytesOut;
  }

  /** Bytes that the kernel has not taken yet. */
  get pendingBytes(): number {
    return this.outbox.pendingBytes;
  }

  /** Events and answers that wait because the reader is slow. */
  get pendingMessages(): number {
    return this.outbox.pendingMessages;
  }

  /** True while frames are read. */
  get isListening(): boolean {
    return this.isOpen && !this.windingUp;
  }

  get hasCommands(): boolean {
    return this.commands > 0;
  }

  /** Reads no more: the frames that have come are answered, and then a close follows. */
  windUp(): void {
    this.windingUp = true;
  }

  /** @internal by the reader: a command came. @param isUrgent it is a press */
  commandCame(isUrgent: boolean): void {
    this.active = true;
    this.commands += 1;
    if (!isUrgent) return;
    this.urgent += 1;
    this.urgentCame?.();
  }

  /** @internal by the reader: it is answered */
  commandAnswered(isUrgent: boolean): void {
    this.commands -= 1;
    if (isUrgent) this.urgent -= 1;
  }

  /** Must arrive: answers, snapshots, what the server has to say. */
  send(frame: PlainFrame | SharedFrame): void {
    if (!this.isOpen) return;
    this.messagesOut++;
    this.outbox.frame(this.wire.encode(frame instanceof SharedFrame ? frame : SharedFrame.of(frame)));
  }

  /** The next events of a department that it follows. */
  deliver(batch: EventBatch): void {
    if (!this.isOpen) return;
    this.messagesOut += batch.events.length;
    this.outbox.events(batch);
  }

  /**
   * Sends a frame that is not in the log and may be lost: rooms, direct messages, summaries. A slow reader does not get it.
   * @returns whether it was taken
   */
  offer(frame: SharedFrame): boolean {
    if (!this.isOpen || !this.outbox.offer(this.wire.encode(frame))) return false;
    this.messagesOut++;
    return true;
  }

  /** A control frame. It has no order with waiting frames, and goes first. */
  control(frame: Buffer): void {
    if (this.isOpen) this.wire.stream.write(frame);
  }

  /** Resolves when the kernel has taken what was written, or the connection is gone. */
  drained(): Promise<void> {
    return this.outbox.drained();
  }

  /** Resolves when no answer to its own commands waits, or a press does: neither it nor the commands before it wait for a slow reader. */
  answersLeft(): Promise<void> {
    if (this.urgent > 0 || !this.outbox.hasAnswers) return Promise.resolve();
    const urgent = new Promise<void>((resolve) => (this.urgentCame = resolve));
    // A reference to the wait that is over would cost each connection half a kilobyte.
    return Promise.race([this.outbox.answersLeft(), urgent]).finally(() => (this.urgentCame = undefined));
  }

  /** Never a longer line than is allowed: who is cut off resumes from the log. */
  overflown(): void {
    this.close(CLOSE_CODES.SLOW_CONSUMER.code, 'slow consumer');
  }

  /** A client that sends and does not read is not read either, and costs no more than its waiting frames. */
  listen(on: boolean): void {
    if (this.isOpen) this.wire.listen(on);
  }

  /** Ends what it has of a department, and what of it still waits. */
  endSubscription(dept: string): void {
    this.subscriptions.get(dept)?.close();
    this.subscriptions.delete(dept);
    this.outbox.forget(dept);
  }

  /** A department has left the connection: the client gets a frame, and a stream of that department alone ends. */
  leftDepartment(dept: string): void {
    const last = { type: 'unsubscribed', dept, reason: 'membership_ended' };
    if (this.wire.carriesOne) this.close(CLOSE_CODES.NORMAL.code, 'membership ended', last);
    else this.send(last);
  }

  endSubscriptions(): void {
    for (const subscription of this.subscriptions.values()) subscription.close();
    this.subscriptions.clear();
    this.outbox.end();
  }

  /** Ends subscriptions at once, the connection after its close frame, and in any case soon. @param last goes before, whatever waits */
  close(code: number, reason: string, last?: PlainFrame): void {
    if (this.closeCode !== undefined) return;
    this.closeCode = code;
    this.outbox.end(last && this.wire.encode(SharedFrame.of(last)));
    this.endSubscriptions();
    this.wire.close(code, reason);
    const timer = setTimeout(() => {
      this.wire.terminate();
    }, CLOSE_FLUSH_MS);
    this.wire.stream.once('close', () => {
      clearTimeout(timer);
    });
  }

  /** Announces the end of the session to the client, then closes. */
  revoke(code: number): void {
    this.close(code, 'session revoked', { type: 'session_revoked' });
  }
}
