import type { RawData } from 'ws';
import { z } from 'zod';
import { uuid } from '../../platform/common/values/ids.js';
import { DomainError } from '../../platform/common/errors.js';
import { validationError } from '../../platform/common/values/validation.js';
import type { Verdict } from '../../platform/limits/sliding-windows.js';
import { CONTROL_FRAMES } from './control-frames.js';
import type { ClientRate } from './client-rate.js';
import { CLOSE_CODES } from '../connection/close-codes.js';
import { Command } from './command.js';
import type { Connection } from '../connection/connection.js';
import { errorFrame, type FrameRouter } from './frame-router.js';
import { RateViolationTracker } from './rate-violation-tracker.js';

const MAX_WAITING = 64;
/** Commands that are never limited find room where others don't. */
const MAX_WAITING_EXEMPT = 2 * MAX_WAITING;
/** Attempts a minute at what is not for the client. */
const MAX_DENIALS = 20;

const head = z.looseObject({ type: z.string().min(1).max(64), id: z.unknown().optional() });

/** The parts that all readers of a node share. */
export interface FrameReaderParts {
  router: FrameRouter;
  rate: ClientRate;
  maxProtocolErrors: number;
  onProtocolError: () => void;
  onDenial: (connection: Connection, error: DomainError, type: string) => void;
  onAck: (connection: Connection, dept: string, seq: number) => void;
  onPong: (connection: Connection, t: number) => void;
}

/** A command in its turn, and whether it is within the rate. */
interface Waiting {
  command: Command;
  verdict: Verdict | Promise<Verdict>;
}

/** Counts what a connection may do a few times, within a sliding minute. */
class SlidingCounter {
  private readonly times: number[] = [];

  constructor(
    private readonly max: number,
    private readonly windowMs = 60_000,
  ) {}

  /** @param now milliseconds @returns whether that was one of `max` within the window */
  add(now: number): boolean {
    this.times.push(now);
    while ((this.times[0] ?? now) <= now - this.windowMs || this.times.length > this.max) this.times.shift();
    return this.times.length >= this.max;
  }
}

/** Reads one connection's frames: one after another, in order, a bounded number waiting. */
export class FrameReader {
  private readonly waiting: Waiting[] = [];
  private busy = false;
  // Most connections never need these.
  private protocolErrors: SlidingCounter | undefined;
  private denials: SlidingCounter | undefined;
  private violations: RateViolationTracker | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly parts: FrameReaderParts,
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
    const { type, id } = parsed.data;
    // As it was written: clients match answers by it.
    this.take(type, typeof id === 'string' && uuid.safeParse(id).success ? id : null, frame);
  }

  private take(type: string, re: string | null, frame: unknown): void {
    if (type === 'ping' || type === 'pong' || type === 'ack') {
      this.passBeside(type, re, frame);
    } else if (!this.parts.router.knows(type)) {
      this.refuse(re, new DomainError('UNKNOWN_TYPE', 'no such type of frame'));
    } else {
      this.enqueue(new Command(this.connection, type, re, frame));
    }
  }

  private enqueue(command: Command): void {
    const { rate } = this.parts;
    const isExempt = rate.isExempt(command.type);
    const verdict = rate.hit(this.connection.principal.id, command.type);
    if (!(verdict instanceof Promise) && !verdict.allowed) {
      this.refuseOverRate(command, verdict);
    } else if (this.waiting.length >= (isExempt ? MAX_WAITING_EXEMPT : MAX_WAITING)) {
      this.connection.send(errorFrame(command.re, new DomainError('RATE_LIMITED', 'too many commands are waiting', { retryAfter: 1 })));
    } else {
      this.connection.commandCame(isExempt);
      this.waiting.push({ command, verdict });
      if (!this.busy) void this.work();
    }
  }

  /** Neither `dispatch` nor a verdict ever rejects, and neither does this. */
  private async work(): Promise<void> {
    this.busy = true;
    for (let next = this.waiting.shift(); next && this.connection.isOpen; next = this.waiting.shift()) {
      const verdict = next.verdict instanceof Promise ? await next.verdict : next.verdict;
      if (verdict.allowed) this.judge(await this.parts.router.dispatch(next.command), next.command.type);
      else this.refuseOverRate(next.command, verdict);
      this.connection.commandAnswered(this.parts.rate.isExempt(next.command.type));
    }
    this.busy = false;
  }

  /** Counts a refusal against the client. */
  private judge(refusal: DomainError | undefined, type: string): void {
    if (refusal?.code === 'VALIDATION_FAILED') this.countProtocolError();
    if (!refusal?.isDenial) return;
    this.parts.onDenial(this.connection, refusal, type);
    this.denials ??= new SlidingCounter(MAX_DENIALS);
    if (this.denials.add(performance.now())) this.connection.close(CLOSE_CODES.FORBIDDEN.code, 'not permitted, repeatedly');
  }

  /** A warning, and the end after three windows in a row. */
  private refuseOverRate({ re }: Command, { retryAfter }: Verdict): void {
    this.parts.rate.refused();
    this.connection.send(errorFrame(re, new DomainError('RATE_LIMITED', 'too many messages', { retryAfter })));
    this.violations ??= new RateViolationTracker();
    if (this.violations.add(performance.now(), this.parts.rate.seconds))
      this.connection.close(CLOSE_CODES.RATE_LIMITED.code, 'too many messages');
  }

  private passBeside(type: 'ping' | 'pong' | 'ack', re: string | null, frame: unknown): void {
    const parsed = CONTROL_FRAMES[type].safeParse(frame);
    if (!parsed.success) {
      this.refuse(re, validationError(parsed.error.issues));
    } else if (parsed.data.type === 'ping') {
      this.connection.send({ type: 'pong', t: parsed.data.t });
    } else if (parsed.data.type === 'pong') {
      this.parts.onPong(this.connection, parsed.data.t);
    } else {
      this.parts.onAck(this.connection, parsed.data.dept, parsed.data.seq);
    }
  }

  /** An error frame, never silence, and never what the client sent; too many in a minute close. */
  private refuse(re: string | null, error: DomainError): void {
    this.connection.send(errorFrame(re, error));
    this.countProtocolError();
  }

  private countProtocolError(): void {
    this.parts.onProtocolError();
    this.protocolErrors ??= new SlidingCounter(this.parts.maxProtocolErrors);
    if (this.protocolErrors.add(performance.now())) this.connection.close(CLOSE_CODES.POLICY_VIOLATION.code, 'too many protocol errors');
  }
}
