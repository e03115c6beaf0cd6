import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { dial, type Hangup } from '../../bench/client/socket/dial.js';
import { nextStep } from '../../bench/client/socket/reconnect-policy.js';
import type { Random } from '../../simulate/plan/random.js';
import type { SeenConnection } from '../checker/history.js';
import { type ClientRecord, factsOf, type WireEvent } from './recorder.js';
import { type Reply, Unanswered } from './unanswered.js';

/** Runs are short: waits are by the protocol's rule, and a fraction of its length. */
const HASTE = 0.15;
const PING_MS = 1000;
/** Nothing heard for this long: the picture is not live. */
const DEAF_MS = 5000;
/** The kernel's buffer of a socket that nobody reads, measured over loopback, and some more: only then does the node notice. */
const FILL_BYTES = 4_300_000;
/** Below the number of commands that a node lets wait. */
const PICTURES_PER_BEAT = 60;
const PLAIN = { rejectUnauthorized: true } as const;

/** The events that a screen acknowledges: everything that it has, again and again its first picture, or nothing. */
export type Acks = 'everything' | 'the first picture' | 'nothing';

export interface ReaderOptions {
  readonly acks: Acks;
  readonly cookie: string;
  /** The address of the next connection. */
  readonly place: () => string;
  readonly random: Random;
  /** How large a picture of the department is now; undefined: nobody could say. */
  readonly pictureBytes: () => Promise<number | undefined>;
  /** undefined: nobody could say */
  readonly isSessionAlive: () => Promise<boolean | undefined>;
}

type Frame = { readonly type: string } & Readonly<Record<string, unknown>>;

/**
 * A screen: one department over one socket, kept up by the rules of the protocol, with every frame on record. It is no `@wardline/client`: the
 * checker judges the frames themselves, and some of these readers stop reading or acknowledge wrongly on purpose.
 */
export class Reader {
  private socket: WebSocket | undefined;
  private connection: SeenConnection | undefined;
  private readonly subscribing = new Map<string, { after: number; epoch: string } | null>();
  private readonly pictures = new Map<string, { after: number; epoch: string; head: number } | null>();
  private readonly unanswered = new Unanswered();
  private readonly timer: NodeJS.Timeout;
  private attempt = 0;
  private heardAt = 0;
  private shutdownHintMs: number | undefined;
  private isLive = false;
  private isGone = true;
  private isReading = true;
  /** Pictures asked for without being read, and how large one of them is. */
  private readonly unread = new Set<string>();
  private pictureBytes = Infinity;

  constructor(
    private readonly record: ClientRecord,
    private readonly options: ReaderOptions,
  ) {
    this.timer = setInterval(() => {
      this.beat();
    }, PING_MS);
  }

  get isThere(): boolean {
    return this.isLive;
  }

  connect(): void {
    this.isGone = false;
    this.shutdownHintMs = undefined;
    const target = { url: new URL(this.options.place()), tls: PLAIN };
    const connection = this.record.connected();
    this.heardAt = performance.now();
    const socket = dial(
      target,
      this.options.cookie,
      (bytes, at) => {
        this.heardAt = at;
        if (this.socket === socket) this.receive(connection, JSON.parse(bytes.toString('utf8')) as Frame);
      },
      (hangup) => {
        connection.closed = hangup.why;
        if (this.socket === socket) this.ended(hangup);
      },
    );
    this.socket = socket;
    this.connection = connection;
  }

  /** Sends a command now or as soon as it can, and again after each reconnect. @returns undefined when nobody answered in time */
  command(id: string, type: string, data: Readonly<Record<string, unknown>>): Promise<Reply | undefined> {
    const text = JSON.stringify({ id, type, data });
    if (this.isLive) this.send(text);
    return this.unanswered.wait(id, text);
  }

  /** Goes on sending, and asking for pictures, without reading any of it; until the function that is returned is called. */
  stopReading(): () => void {
    this.isReading = false;
    this.socket?.pause();
    this.pictureBytes = Infinity;
    void this.options.pictureBytes().then((bytes) => {
      this.pictureBytes = bytes ?? Infinity;
    });
    return () => {
      this.isReading = true;
      this.heardAt = performance.now();
      this.socket?.resume();
    };
  }

  /** Walks out of reach, without a word. */
  leave(): void {
    this.isGone = true;
    this.isLive = false;
    this.socket?.terminate();
    if (this.connection) this.connection.closed ??= 'left';
    this.socket = undefined;
  }

  close(): void {
    this.leave();
    clearInterval(this.timer);
    this.unanswered.giveUp();
  }

  private send(text: string): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(text);
  }

  private beat(): void {
    if (this.isGone || this.socket?.readyState !== WebSocket.OPEN) return;
    if (!this.isReading) this.askForMoreThanFits();
    else if (performance.now() - this.heardAt > DEAF_MS) this.socket.terminate();
    else this.send(JSON.stringify({ type: 'ping', t: Date.now() }));
    if (this.isLive) this.acknowledge();
  }

  private acknowledge(): void {
    const { record } = this;
    const { position, acknowledged } = record;
    if (position === undefined || this.options.acks === 'nothing') return;
    const seq = this.options.acks === 'the first picture' && acknowledged > 0 ? acknowledged : position;
    record.acknowledged = Math.max(acknowledged, seq);
    this.send(JSON.stringify({ type: 'ack', dept: record.history.dept, seq }));
  }

  /** Large answers until nothing more fits between us; from then on only events come, and have to wait. */
  private askForMoreThanFits(): void {
    for (let n = 0; n < PICTURES_PER_BEAT && this.unread.size * this.pictureBytes < FILL_BYTES; n++) {
      this.unread.add(this.subscribe(undefined));
    }
  }

  private subscribe(from: { after: number; epoch: string } | undefined): string {
    const id = randomUUID();
    this.subscribing.set(id, from ?? null);
    this.send(JSON.stringify({ id, type: 'subscribe', dept: this.record.history.dept, ...from }));
    return id;
  }

  private receive(connection: SeenConnection, frame: Frame): void {
    if (typeof frame['seq'] === 'number' && frame.type !== 'snapshot') {
      this.record.event(connection, frame as unknown as WireEvent);
      return;
    }
    const re = typeof frame['re'] === 'string' ? frame['re'] : '';
    switch (frame.type) {
      case 'hello': {
        connection.server = String(frame['server_id']);
        const { position, epoch } = this.record;
        this.subscribe(position === undefined || epoch === undefined ? undefined : { after: position, epoch });
        return;
      }
      case 'ok':
        if (this.subscribing.has(re))
          this.subscribed(connection, re, frame['data'] as { recovered: boolean; epoch: string; from: number; head: number });
        else this.unanswered.settle(re, { ok: true, code: 'OK', retryable: false, body: frame['data'] });
        return;
      case 'error':
        // One picture of very many that was refused changes nothing.
        if (this.subscribing.delete(re)) {
          if (!this.unread.has(re)) this.socket?.terminate();
        } else
          this.unanswered.settle(re, {
            ok: false,
            code: String(frame['code']),
            retryable: frame['retryable'] === true,
            body: frame['details'],
          });
        return;
      case 'snapshot': {
        const { calls } = frame['data'] as { calls: Parameters<typeof factsOf>[0][] };
        const asked = this.pictures.get(re) ?? null;
        this.pictures.delete(re);
        this.unread.delete(re);
        this.record.saw(connection, {
          kind: 'snapshot',
          epoch: String(frame['epoch']),
          seq: Number(frame['seq']),
          calls: calls.map(factsOf),
          asked,
        });
        this.goLive();
        return;
      }
      case 'skipped':
        this.record.saw(connection, { kind: 'skipped', from: Number(frame['from']), to: Number(frame['to']) });
        return;
      case 'ping':
        this.send(JSON.stringify({ type: 'pong', t: frame['t'] }));
        return;
      case 'server_shutdown':
        this.shutdownHintMs = Number(frame['reconnect_in']) * 1000;
        return;
    }
  }

  private subscribed(
    connection: SeenConnection,
    re: string,
    answer: { recovered: boolean; epoch: string; from: number; head: number },
  ): void {
    const asked = this.subscribing.get(re) ?? null;
    this.subscribing.delete(re);
    if (!answer.recovered) {
      this.pictures.set(re, asked && { ...asked, head: answer.head });
      return;
    }
    this.record.saw(connection, { kind: 'resumed', epoch: answer.epoch, after: asked?.after ?? -1, from: answer.from });
    this.goLive();
  }

  private goLive(): void {
    this.attempt = 0;
    if (this.isLive) return;
    this.isLive = true;
    for (const text of this.unanswered.texts()) this.send(text);
  }

  private ended(hangup: Hangup): void {
    this.isLive = false;
    this.subscribing.clear();
    this.pictures.clear();
    this.unread.clear();
    if (this.isGone) return;
    const hint = this.shutdownHintMs;
    const step = nextStep(
      { ...hangup, attempt: this.attempt, ...(hint === undefined ? {} : { shutdownHintMs: hint }) },
      this.options.random,
    );
    this.attempt += 1;
    if (step.kind === 'reconnect') this.reconnectIn(step.delayMs * HASTE);
    else if (step.kind === 'ask-session') void this.askSession(hangup.why);
    else this.record.history.turnedAway = hangup.why;
  }

  private reconnectIn(ms: number): void {
    const { socket } = this;
    void sleep(ms).then(() => {
      if (!this.isGone && this.socket === socket) this.connect();
    });
  }

  private async askSession(why: string): Promise<void> {
    const isAlive = await this.options.isSessionAlive();
    if (isAlive === false) this.record.history.turnedAway = `${why}, and the session is gone`;
    else this.reconnectIn(300);
  }
}
