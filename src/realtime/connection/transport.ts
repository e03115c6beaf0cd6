import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import type { WebSocket } from 'ws';
import type { EventBatch } from '../../events/log/encoded-event.js';
import { streamFrame } from '../../platform/tracing/stream-frame.js';
import { textFrame } from '../../events/log/text-frame.js';
import type { OutboxFormat } from '../outbox/outbox.js';
import { CLOSE_CODES } from './close-codes.js';
import { SharedFrame } from './shared-frame.js';

/** The carrier of a connection's frames: a WebSocket, or the answer to an event stream's request. */
export interface Transport {
  readonly stream: Writable;
  readonly isOpen: boolean;
  readonly format: OutboxFormat;
  /** All that has come in, half frames and control frames included: who sends is alive. Undefined of who has nothing to send. */
  readonly bytesIn: number | undefined;
  /** It was asked for with one department, and can follow no other. */
  readonly carriesOne: boolean;
  encode(frame: SharedFrame): Buffer;
  /** Stops reading what the other side sends, or begins again. */
  listen(on: boolean): void;
  /** Ends it in the transport's own way. */
  close(code: number, reason: string): void;
  /** Cuts it. */
  terminate(): void;
}

const SOCKET_FORMAT: OutboxFormat = {
  event: (event) => event.frame,
  batch: (batch) => batch.frames,
  skipped: (range) => textFrame(JSON.stringify({ type: 'skipped', ...range })),
};

/** `ws` reads, and writes control frames; everything else is written to the stream as it was framed. */
export class WebSocketTransport implements Transport {
  readonly format = SOCKET_FORMAT;
  readonly carriesOne = false;
  private readonly bytesBefore: number;

  constructor(
    private readonly socket: WebSocket,
    readonly stream: Writable,
  ) {
    this.bytesBefore = (stream as Socket).bytesRead;
  }

  get bytesIn(): number {
    return (this.stream as Socket).bytesRead - this.bytesBefore;
  }

  get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  encode(frame: SharedFrame): Buffer {
    return frame.frame;
  }

  listen(on: boolean): void {
    if (on) this.socket.resume();
    else this.socket.pause();
  }

  close(code: number, reason: string): void {
    this.socket.close(code, reason);
  }

  terminate(): void {
    this.socket.terminate();
  }
}

/** Milliseconds that a native client waits before it comes back. */
const SUPERSEDED_RETRY_MS = 60_000;

const STREAM_FORMAT: OutboxFormat = {
  event: (event) => event.message,
  batch: (batch: EventBatch) => batch.messages,
  // The id lets a client that comes back go on after the skipped range.
  skipped: (range) => streamFrame('skipped', JSON.stringify({ type: 'skipped', ...range }), range.to),
};

/** An event stream says by a last message why it ends; the client's own reconnecting does the rest. */
export class SseTransport implements Transport {
  readonly format: OutboxFormat = STREAM_FORMAT;
  readonly carriesOne: boolean = true;
  /** It has asked, and only listens. */
  readonly bytesIn = undefined;

  constructor(readonly stream: Writable) {}

  get isOpen(): boolean {
    return this.stream.writable;
  }

  encode(frame: SharedFrame): Buffer {
    return frame.message;
  }

  /** It sends nothing. */
  listen(): void {
    // nothing to stop
  }

  close(code: number, reason: string): void {
    // A native client comes back by itself: one that gave way must not oust the next one at once.
    if (code === CLOSE_CODES.SUPERSEDED.code) this.stream.write(`retry: ${String(SUPERSEDED_RETRY_MS)}\n\n`);
    this.stream.end(streamFrame('close', JSON.stringify({ type: 'close', code, reason })));
  }

  terminate(): void {
    this.stream.destroy();
  }
}
