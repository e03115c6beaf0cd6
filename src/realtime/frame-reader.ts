import type { RawData } from 'ws';
import { z } from 'zod';
import { uuid } from '../common/ids.js';
import { DomainError } from '../common/errors.js';
import { validationError } from '../common/validation.js';
import { BESIDE_FRAMES } from './beside-frames.js';
import { CLOSE_CODES } from './close-codes.js';
import { Command } from './command.js';
import type { Connection } from './connection.js';
import { errorFrame, type FrameRouter } from './frame-router.js';

const MAX_WAITING = 64;
const ERROR_WINDOW_MS = 60_000;

const head = z.looseObject({ type: z.string().min(1).max(64), id: z.unknown().optional() });

interface ReaderOptions {
  maxProtocolErrors: number;
  onProtocolError: () => void;
  onAck: (dept: string, seq: number) => void;
  onPong: (t: number) => void;
}

/** Reads one connection's frames: one after another, in order, a bounded number waiting. */
export class FrameReader {
  private readonly waiting: Command[] = [];
  private busy = false;
  private readonly errorTimes: number[] = [];

  constructor(
    private readonly connection: Connection,
    private readonly router: FrameRouter,
    private readonly options: ReaderOptions,
  ) {}

  /** Takes what `ws` read. */
  receive(data: RawData, isBinary: boolean): void {
    if (!this.connection.isListening) return;
    if (isBinary) {
      this.refuse(null, new DomainError('UNSUPPORTED_DATA', 'only text frames are spoken here'));
      return;
    }
    let frame: unknown;
    try {
      frame = JSON.parse((data as Buffer).toString('utf8'));
    } catch {
      this.refuse(null, new DomainError('MALFORMED_JSON', 'the frame is not JSON'));
      return;
    }
    const parsed = head.safeParse(frame);
    if (!parsed.success) {
      this.refuse(null, validationError(parsed.error.issues));
      return;
    }
    this.take(parsed.data.type, uuid.safeParse(parsed.data.id).data ?? null, frame);
  }

  private take(type: string, re: string | null, frame: unknown): void {
    if (type === 'ping' || type === 'pong' || type === 'ack') {
      this.passBeside(type, re, frame);
    } else if (!this.router.knows(type)) {
      this.refuse(re, new DomainError('UNKNOWN_TYPE', 'no such type of frame'));
    } else if (this.waiting.length >= MAX_WAITING) {
      this.connection.send(errorFrame(re, new DomainError('RATE_LIMITED', 'too many commands are waiting', { retryAfter: 1 })));
    } else {
      this.connection.commandCame();
      this.waiting.push(new Command(this.connection, type, re, frame));
      if (!this.busy) void this.work();
    }
  }

  /** `dispatch` never rejects, and neither does this. */
  private async work(): Promise<void> {
    this.busy = true;
    for (let command = this.waiting.shift(); command && this.connection.isOpen; command = this.waiting.shift()) {
      const refusal = await this.router.dispatch(command);
      this.connection.commandAnswered();
      if (refusal?.code === 'VALIDATION_FAILED') this.countProtocolError();
    }
    this.busy = false;
  }

  private passBeside(type: 'ping' | 'pong' | 'ack', re: string | null, frame: unknown): void {
    const parsed = BESIDE_FRAMES[type].safeParse(frame);
    if (!parsed.success) {
      this.refuse(re, validationError(parsed.error.issues));
    } else if (parsed.data.type === 'ping') {
      this.connection.send({ type: 'pong', t: parsed.data.t });
    } else if (parsed.data.type === 'pong') {
      this.options.onPong(parsed.data.t);
    } else {
      this.options.onAck(parsed.data.dept, parsed.data.seq);
    }
  }

  /** An error frame, never silence, and never what the client sent; too many in a minute close. */
  private refuse(re: string | null, error: DomainError): void {
    this.connection.send(errorFrame(re, error));
    this.countProtocolError();
  }

  private countProtocolError(): void {
    this.options.onProtocolError();
    const now = performance.now();
    this.errorTimes.push(now);
    while ((this.errorTimes[0] ?? now) < now - ERROR_WINDOW_MS) this.errorTimes.shift();
    if (this.errorTimes.length >= this.options.maxProtocolErrors) {
      this.connection.close(CLOSE_CODES.POLICY_VIOLATION.code, 'too many protocol errors');
    }
  }
}
