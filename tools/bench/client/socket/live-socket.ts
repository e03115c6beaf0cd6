import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { dial, type Hangup } from './dial.js';
import type { EventFrame, ServerFrame } from './frames.js';
import { InFlight, type CommandAnswer } from '../in-flight.js';
import { nextStep } from './reconnect-policy.js';
import type { StreamCheck } from '../stream-check.js';
import { Subscription } from './subscription.js';
import type { Target } from '../target.js';

const COMMAND_TIMEOUT_MS = 15_000;
const CLOSE_TIMEOUT_MS = 3000;

export interface LiveSocketOptions {
  readonly target: Target;
  readonly cookie: string;
  readonly dept: string;
  readonly decode: (bytes: Buffer) => ServerFrame;
  readonly isSessionAlive: () => Promise<boolean>;
  readonly random: () => number;
}

export interface LiveSocketListener {
  /** Each event that arrives, and `performance.now()` when it did. */
  event(frame: EventFrame, at: number): void;
  /** The connection ended unasked; `stopped` when the protocol says not to come back. */
  lost(why: string, stopped: boolean): void;
  /** Something that no command asked for went wrong. */
  trouble(code: string, detail: string): void;
}

type Phase = 'idle' | 'connecting' | 'subscribing' | 'live' | 'waiting' | 'stopped';

/**
 * One person's connection to one department, kept up by the rules of the protocol. The benches of drain, restart
 * and cluster count close codes, refused upgrades and frames with it, which `@wardline/client` settles by itself.
 */
export class LiveSocket {
  private readonly subscription: Subscription;
  private readonly inFlight = new InFlight(COMMAND_TIMEOUT_MS);
  private socket: WebSocket | undefined;
  private phase: Phase = 'idle';
  private attempt = 0;
  private heartbeatMs = Infinity;
  /** When this connection's last `ping` came; none yet when undefined. */
  private pingedAt: number | undefined;
  private pings = 0;
  private shutdownHintMs: number | undefined;
  private onLive: (() => void)[] = [];

  constructor(
    private readonly options: LiveSocketOptions,
    private readonly listener: LiveSocketListener,
  ) {
    this.subscription = new Subscription(options.dept);
  }

  /** The events that have arrived, over all connections of this reader's life. */
  get stream(): StreamCheck {
    return this.subscription.stream;
  }

  get heartbeats(): number {
    return this.pings;
  }

  get isLive(): boolean {
    return this.phase === 'live';
  }

  get isStopped(): boolean {
    return this.phase === 'stopped';
  }

  connect(): void {
    this.phase = 'connecting';
    this.shutdownHintMs = undefined;
    const socket = dial(
      this.options.target,
      this.options.cookie,
      (bytes, at) => {
        this.receive(bytes, at);
      },
      (hangup) => {
        if (this.socket === socket) this.ended(hangup);
      },
    );
    this.socket = socket;
  }

  /** Resolves with true once subscribed and caught up with the answer, false when that failed. */
  async whenLive(timeoutMs: number): Promise<boolean> {
    if (this.isLive) return true;
    await Promise.race([new Promise<void>((resolve) => this.onLive.push(resolve)), sleep(timeoutMs, undefined, { ref: false })]);
    return this.isLive;
  }

  command(type: string, data: Readonly<Record<string, string | boolean>>): Promise<CommandAnswer> {
    const id = randomUUID();
    const text = JSON.stringify({ id, type, data });
    const answer = this.inFlight.open(id, text);
    if (this.phase === 'live') this.send(text);
    return answer;
  }

  /** Acknowledges, cumulatively, all events that have arrived; nothing when nothing is new. */
  acknowledge(): void {
    if (!this.isLive) return;
    const text = this.subscription.acknowledgement();
    if (text !== undefined) this.send(text);
  }

  /**
   * A picture that is not confirmed for two heartbeats is not live: reconnect. Begins with the first `ping`. So a server that
   * sends none at all is reported once, and not as a storm of reconnects that hides everything else.
   */
  checkHeartbeat(now: number): void {
    if (!this.isLive || this.pingedAt === undefined) return;
    const silentMs = now - this.pingedAt;
    if (silentMs <= 2 * this.heartbeatMs) return;
    this.listener.trouble('HEARTBEAT_MISSED', `no ping for ${silentMs.toFixed(0)} ms`);
    this.socket?.terminate();
  }

  async close(): Promise<void> {
    const socket = this.socket;
    this.phase = 'stopped';
    this.inFlight.failAll('CLOSED');
    if (socket === undefined || socket.readyState === WebSocket.CLOSED) return;
    const closed = new Promise<void>((resolve) =>
      socket.once('close', () => {
        resolve();
      }),
    );
    socket.close(1000);
    await Promise.race([closed, sleep(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
    socket.terminate();
  }

  private send(text: string): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(text);
  }

  private receive(bytes: Buffer, at: number): void {
    const frame = this.options.decode(bytes);
    switch (frame.kind) {
      case 'event':
        this.stream.event(frame.seq);
        this.listener.event(frame, at);
        return;
      case 'ping':
        this.pingedAt = at;
        this.pings += 1;
        this.send(`{"type":"pong","t":${String(frame.t)}}`);
        return;
      case 'ok':
        if (this.subscription.isAnsweredBy(frame.re)) this.subscribed(frame.data);
        else this.inFlight.settle(frame.re, 'OK');
        return;
      case 'error':
        this.refused(frame.re ?? undefined, frame.code, frame.message);
        return;
      case 'snapshot':
        this.stream.snapshot(frame.seq, frame.epoch);
        this.goLive();
        return;
      case 'skipped':
        this.stream.skipped(frame.from, frame.to);
        return;
      case 'hello':
        this.attempt = 0;
        this.heartbeatMs = frame.heartbeat_sec * 1000;
        this.pingedAt = undefined;
        this.phase = 'subscribing';
        this.send(this.subscription.request());
        return;
      case 'server_shutdown':
        this.shutdownHintMs = frame.reconnect_in * 1000;
        return;
      case 'malformed':
        this.listener.trouble('MALFORMED_FRAME', frame.detail);
        return;
      case 'unknown':
        return; // clients ignore what they don't know
    }
  }

  private subscribed(data: unknown): void {
    const next = this.subscription.answer(data);
    if (next === 'recovered') this.goLive();
    if (next !== 'malformed') return;
    this.listener.trouble('MALFORMED_FRAME', 'the answer to subscribe');
    this.socket?.terminate();
  }

  private refused(re: string | undefined, code: string, message: string): void {
    if (this.subscription.isAnsweredBy(re)) {
      this.listener.trouble(`SUBSCRIBE_${code}`, message);
      this.socket?.terminate();
    } else if (re === undefined || !this.inFlight.settle(re, code)) {
      this.listener.trouble(code, message);
    }
  }

  private goLive(): void {
    if (this.phase !== 'subscribing') return;
    this.phase = 'live';
    for (const text of this.inFlight.unanswered()) this.send(text);
    this.wakeWaiting();
  }

  private ended(hangup: Hangup): void {
    if (this.phase === 'stopped') return;
    this.phase = 'waiting';
    const hint = this.shutdownHintMs;
    const ending = {
      ...hangup,
      attempt: this.attempt,
      ...(hint === undefined ? {} : { shutdownHintMs: hint }),
    };
    this.attempt += 1;
    const step = nextStep(ending, this.options.random);
    this.listener.lost(hangup.why, step.kind === 'stop');
    if (step.kind === 'stop') this.giveUp();
    else if (step.kind === 'reconnect') this.reconnectIn(step.delayMs);
    else void this.askSession();
  }

  private reconnectIn(delayMs: number): void {
    setTimeout(() => {
      if (this.phase === 'waiting') this.connect();
    }, delayMs);
  }

  private async askSession(): Promise<void> {
    const alive = await this.options.isSessionAlive().catch(() => false);
    if (alive && this.attempt <= 1) this.reconnectIn(0);
    else this.giveUp();
  }

  private giveUp(): void {
    this.phase = 'stopped';
    this.inFlight.failAll('CLOSED');
    this.wakeWaiting();
  }

  private wakeWaiting(): void {
    const waiting = this.onLive;
    this.onLive = [];
    for (const resolve of waiting) resolve();
  }
}
