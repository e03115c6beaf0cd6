import type { Writable } from 'node:stream';
import type { EventBatch } from '../../events/log/encoded-event.js';
import type { TurnEnd } from './turn-end.js';
import { type LineFormat, WaitingLine } from './waiting-line.js';

/** How a kind of reader is written to. */
export interface OutboxFormat extends LineFormat {
  batch(batch: EventBatch): Buffer;
}

export interface OutboxLimits {
  /** MAX_PENDING_MESSAGES: events that wait. */
  messages: number;
  /** SLOW_CONSUMER_BYTES: what waits, and what is unsent. */
  bytes: number;
  /** OVERFLOW_POLICY */
  policy: 'drop_oldest_non_critical' | 'disconnect';
}

/** What all outboxes of a node share. */
export interface OutboxParts {
  limits: OutboxLimits;
  turnEnd: TurnEnd;
  /** Called for each event that is dropped. */
  onSkipped: () => void;
}

/** Whose outbox it is. */
export interface OutboxReader {
  /** No close frame has gone out: behind one there is nothing more to say. */
  readonly takesFrames: boolean;
  /** More waits than is allowed. */
  overflown(): void;
  /** Stops listening to the reader, or begins again. */
  listen(on: boolean): void;
}

/** Whose answers wait in this number is not listened to until they have left. */
const MOST_ANSWERS = 32;
/** What waits is handed to the stream in pieces of about this size: what it has taken can no longer be dropped. */
const PIECE_BYTES = 65_536;

/**
 * What is on its way to one reader. A healthy reader gets what a turn of the event loop has brought in one write at the turn's end; while its
 * kernel buffer is full it is *slow*, and what comes meanwhile waits here, within bounds.
 */
export class Outbox {
  bytesOut = 0;
  private turn: Buffer[] = [];
  private line: WaitingLine | undefined;
  private waiters: (() => void)[] | undefined;
  private closed = false;

  constructor(
    private readonly stream: Writable,
    private readonly format: OutboxFormat,
    private readonly parts: OutboxParts,
    private readonly reader: OutboxReader,
  ) {}

  get isSlow(): boolean {
    return this.line !== undefined || this.stream.writableNeedDrain;
  }

  get pendingMessages(): number {
    return this.line?.messages ?? 0;
  }

  /** Bytes that the kernel has not taken yet. */
  get pendingBytes(): number {
    return this.stream.writableLength + (this.line?.bytes ?? 0) + this.turn.reduce((sum, one) => sum + one.length, 0);
  }

  events(batch: EventBatch): void {
    if (!this.isSlow) {
      this.ready(this.format.batch(batch));
      return;
    }
    for (const event of batch.events) {
      this.wait().addEvent(event);
      if (!this.makeRoom()) return;
    }
  }

  /** Something that is never dropped: answers, snapshots. @param bytes whole frames */
  frame(bytes: Buffer): void {
    if (!this.isSlow) {
      this.ready(bytes);
      return;
    }
    const line = this.wait();
    line.addFrame(bytes);
    if (this.makeRoom() && line.frames === MOST_ANSWERS) this.reader.listen(false);
  }

  /** Something that may be lost. @returns whether it was taken */
  offer(bytes: Buffer): boolean {
    if (this.closed || this.isSlow) return false;
    this.ready(bytes);
    return true;
  }

  /** Nothing of the department's waits any longer. */
  forget(dept: string): void {
    this.flush();
    this.line?.forget(dept);
  }

  /** Writes what the turn has brought. */
  flush(): void {
    const { turn } = this;
    if (turn.length === 0) return;
    this.turn = [];
    if (this.closed || !this.reader.takesFrames) return;
    this.write(turn.length === 1 && turn[0] ? turn[0] : Buffer.concat(turn));
  }

  /** Resolves when nothing waits, or the reader is gone. */
  drained(): Promise<void> {
    this.flush();
    if (this.closed || !this.isSlow) return Promise.resolve();
    this.wait();
    return this.whenWritten();
  }

  /** Resolves when no answer to the reader's own commands waits. */
  async answersLeft(): Promise<void> {
    while (!this.closed && (this.line?.frames ?? 0) > 0) await this.whenWritten();
  }

  /** Nothing is written from now on, but what the turn has brought and `last`. */
  end(last?: Buffer): void {
    if (this.closed) return;
    this.flush();
    if (last && this.stream.writable) this.write(last);
    this.closed = true;
    this.line = undefined;
    this.wakeWaiters();
  }

  private ready(bytes: Buffer): void {
    if (this.closed) return;
    if (this.turn.push(bytes) === 1) this.parts.turnEnd.later(this);
  }

  private write(bytes: Buffer): void {
    this.bytesOut += bytes.length;
    this.stream.write(bytes);
  }

  /** The line, which goes on its way when the kernel takes again. */
  private wait(): WaitingLine {
    this.flush();
    if (!this.line) {
      this.line = new WaitingLine(this.format);
      this.goOnLater();
    }
    return this.line;
  }

  private goOn(): void {
    const { line } = this;
    if (!line || this.closed || !this.reader.takesFrames) return;
    const { frames } = line;
    while (!line.isEmpty && !this.stream.writableNeedDrain) this.write(line.take(PIECE_BYTES));
    if (frames >= MOST_ANSWERS && line.frames < MOST_ANSWERS) this.reader.listen(true);
    if (this.stream.writableNeedDrain) this.goOnLater();
    else this.line = undefined;
    this.wakeWaiters();
  }

  private goOnLater(): void {
    this.stream.once('drain', () => {
      this.goOn();
    });
  }

  private makeRoom(): boolean {
    const { line } = this;
    const { messages, bytes, policy } = this.parts.limits;
    while (line && (line.events > messages || line.bytes + this.stream.writableLength > bytes)) {
      if (policy === 'disconnect' || !line.dropOldest()) {
        this.reader.overflown();
        return false;
      }
      this.parts.onSkipped();
    }
    return true;
  }

  private whenWritten(): Promise<void> {
    return new Promise((resolve) => (this.waiters ??= []).push(resolve));
  }

  private wakeWaiters(): void {
    const { waiters } = this;
    this.waiters = undefined;
    for (const resolve of waiters ?? []) resolve();
  }
}
