import type { Writable } from 'node:stream';
import type { EventBatch } from '../../events/log/encoded-event.js';
import type { FlushScheduler } from './flush-scheduler.js';
import { type LineFormat, SendQueue } from './send-queue.js';

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

/** The parts that all outboxes of a node share. */
export interface OutboxParts {
  limits: OutboxLimits;
  flushScheduler: FlushScheduler;
  /** Called for each event that is dropped. */
  onSkipped: () => void;
}

/** The owner of an outbox. */
export interface OutboxReader {
  /** No close frame has gone out: behind one there is nothing more to say. */
  readonly takesFrames: boolean;
  /** More waits than is allowed. */
  overflown(): void;
  /** Stops listening to the reader, or begins again. */
  listen(on: boolean): void;
}

/** With this many waiting answers, a client's frames are not read until the answers have left. */
const MOST_ANSWERS = 32;
/** Waiting frames go to the stream in pieces of about this size: a frame that the stream has taken can no longer be dropped. */
const PIECE_BYTES = 65_536;

/**
 * The frames on their way to one reader. A healthy reader gets the frames of one turn of the event loop in one write at its
 * end. While its kernel buffer is full the reader is *slow*, and frames wait here, within bounds.
 */
export class Outbox {
  bytesOut = 0;
  private turn: Buffer[] = [];
  private queue: SendQueue | undefined;
  private waiters: (() => void)[] | undefined;
  private closed = false;

  constructor(
    private readonly stream: Writable,
    private readonly format: OutboxFormat,
    private readonly parts: OutboxParts,
    private readonly reader: OutboxReader,
  ) {}

  get isSlow(): boolean {
    return this.queue !== undefined || this.stream.writableNeedDrain;
  }

  get pendingMessages(): number {
    return this.queue?.messages ?? 0;
  }

  /** Bytes that the kernel has not taken yet. */
  get pendingBytes(): number {
    return this.stream.writableLength + (this.queue?.bytes ?? 0) + this.turn.reduce((sum, one) => sum + one.length, 0);
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
    const queue = this.wait();
    queue.addFrame(bytes);
    if (this.makeRoom() && queue.frames === MOST_ANSWERS) this.reader.listen(false);
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
    this.queue?.forget(dept);
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

  /** True while answers to the reader's own commands wait. */
  get hasAnswers(): boolean {
    return !this.closed && (this.queue?.frames ?? 0) > 0;
  }

  /** Resolves when no answer to the reader's own commands waits. */
  async answersLeft(): Promise<void> {
    while (this.hasAnswers) await this.whenWritten();
  }

  /** Nothing is written from now on, but what the turn has brought and `last`. */
  end(last?: Buffer): void {
    if (this.closed) return;
    this.flush();
    if (last && this.stream.writable) this.write(last);
    this.closed = true;
    this.queue = undefined;
    this.wakeWaiters();
  }

  private ready(bytes: Buffer): void {
    if (this.closed) return;
    if (this.turn.push(bytes) === 1) this.parts.flushScheduler.schedule(this);
  }

  private write(bytes: Buffer): void {
    this.bytesOut += bytes.length;
    this.stream.write(bytes);
  }

  /** The queue, which goes on its way when the kernel takes again. */
  private wait(): SendQueue {
    this.flush();
    if (!this.queue) {
      this.queue = new SendQueue(this.format);
      this.goOnLater();
    }
    return this.queue;
  }

  private goOn(): void {
    const { queue } = this;
    if (!queue || this.closed || !this.reader.takesFrames) return;
    const { frames } = queue;
    while (!queue.isEmpty && !this.stream.writableNeedDrain) this.write(queue.take(PIECE_BYTES));
    if (frames >= MOST_ANSWERS && queue.frames < MOST_ANSWERS) this.reader.listen(true);
    if (this.stream.writableNeedDrain) this.goOnLater();
    else this.queue = undefined;
    this.wakeWaiters();
  }

  private goOnLater(): void {
    this.stream.once('drain', () => {
      this.goOn();
    });
  }

  private makeRoom(): boolean {
    const { queue } = this;
    const { messages, bytes, policy } = this.parts.limits;
    while (queue && (queue.events > messages || queue.bytes + this.stream.writableLength > bytes)) {
      if (policy === 'disconnect' || !queue.dropOldest()) {
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
