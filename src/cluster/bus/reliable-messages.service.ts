import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '../../platform/common/clock.js';
import { DomainError } from '../../platform/common/errors.js';
import { newId } from '../../platform/common/values/ids.js';
import { ExtensionGuard } from '../../platform/extensions/extension-guard.js';
import { Logger } from '../../platform/logging/logger.js';
import type { Backplane } from '../ports/backplane.js';
import { BackplaneAway } from '../ports/backplane-errors.js';
import { Bus } from './bus.service.js';
import { Cluster } from '../node/cluster.js';
import { EnvelopeCodec } from './envelope.js';
import type { Target } from '../ports/bus-transport.js';
import type { StreamBounds, StreamEntry } from '../ports/stream-store.js';

declare module './bus-messages.js' {
  interface BusMessages {
    /** A stream has something to be read. */
    'stream.written': { stream: string };
  }
}

/** Messages of a stream that were not handed over: more, or older, are dropped. */
export const STREAM_BOUNDS: StreamBounds = { maxLength: 1000, maxAgeMs: 600_000 };
/** A message that a reader has not acknowledged by then goes to another reader: the first one's node is dead, or it failed. */
const CLAIM_AFTER_MS = 30_000;
const LOOK_INTERVAL_MS = 5000;
const BATCH = 50;

/** Resolves with whether the message was handed over; a rejection or `false` has it come again. */
export type StreamReader = (data: unknown, id: string) => Promise<boolean>;

interface Subscription {
  reader: StreamReader;
  /** The extension point of a reader that is not Wardline's. */
  point: string | undefined;
  /** Looked at at intervals; otherwise only when it is said to have been written, and until nothing waits. */
  always: boolean;
  waiting: boolean;
}

/**
 * Streams that are read at least once by one node of the cluster, over Redis Streams, or in memory where the node is alone. Bounded in length and age.
 * While Redis is away nothing can be published; what was published waits there.
 */
@Injectable()
export class ReliableMessages implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly subscriptions = new Map<string, Subscription>();
  private readonly reading = new Map<string, Promise<void>>();
  private readonly again = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private readonly stopping = new AbortController();

  constructor(
    private readonly cluster: Cluster,
    private readonly bus: Bus,
    private readonly codec: EnvelopeCodec,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly guard: ExtensionGuard,
  ) {
    bus.on('stream.written', ({ stream }) => {
      this.look(stream);
    });
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      for (const [stream, { always, waiting }] of this.subscriptions) if (always || waiting) this.look(stream);
    }, LOOK_INTERVAL_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    clearInterval(this.timer);
    await Promise.all(this.reading.values());
  }

  /**
   * Keeps a message until a reader has acknowledged it.
   * @param told which nodes are to look at once
   * @returns the message's id in the stream
   * @throws DomainError UNAVAILABLE while the cluster cannot keep it
   */
  async publish(stream: string, data: unknown, told: Exclude<Target, { dept: string }>): Promise<string> {
    const text = this.codec.write({ id: newId(), from: this.cluster.serverId, at: this.clock.now(), kind: 'reliable', data });
    try {
      const id = await this.store.streams.append(stream, text, STREAM_BOUNDS);
      this.look(stream);
      await this.bus.publish(told, 'stream.written', { stream });
      return id;
    } catch (error) {
      if (!(error instanceof BackplaneAway)) throw error;
      throw new DomainError('UNAVAILABLE', 'the cluster cannot keep the message now, try again', { retryAfter: 1, cause: error });
    }
  }

  /**
   * Starts this node's reader of the stream; a node has one reader for each stream.
   * @param always also what nobody has told of; without it this node looks once, when it is told, and for as long as something waits
   * @param point the extension point of a reader that is not Wardline's
   */
  read(stream: string, reader: StreamReader, { always, point }: { always: boolean; point?: string }): void {
    this.subscriptions.set(stream, { reader, point, always, waiting: false });
    this.look(stream);
  }

  stopReading(stream: string): void {
    this.subscriptions.delete(stream);
  }

  private get isStopped(): boolean {
    return this.stopping.signal.aborted;
  }

  private get store(): Backplane {
    return this.cluster.shared ?? this.cluster.local;
  }

  /** One look at a stream at a time; who asks during one gets another after it. */
  private look(stream: string): void {
    if (this.isStopped || !this.subscriptions.has(stream)) return;
    if (this.reading.has(stream)) {
      this.again.add(stream);
      return;
    }
    const looking = this.workOff(stream)
      .catch((error: unknown) => {
        const subscription = this.subscriptions.get(stream);
        if (subscription) subscription.waiting = true;
        if (!(error instanceof BackplaneAway)) this.logger.error('streams.read_failed', { error });
      })
      .finally(() => {
        this.reading.delete(stream);
        if (this.again.delete(stream)) this.look(stream);
      });
    this.reading.set(stream, looking);
  }

  private async workOff(stream: string): Promise<void> {
    const options = { count: BATCH, idleMs: CLAIM_AFTER_MS, maxAgeMs: STREAM_BOUNDS.maxAgeMs };
    for (let full = true; full && !this.isStopped;) {
      const entries = await this.store.streams.read(stream, options);
      for (const entry of entries) await this.handOver(stream, entry);
      full = entries.length === BATCH && this.subscriptions.has(stream);
    }
    const subscription = this.subscriptions.get(stream);
    if (subscription && !subscription.always) subscription.waiting = await this.store.streams.isWaiting(stream);
  }

  private async handOver(stream: string, { id, text }: StreamEntry): Promise<void> {
    const envelope = this.codec.read(text);
    if (envelope?.kind !== 'reliable') {
      this.bus.forged();
      await this.store.streams.acknowledge(stream, id);
      return;
    }
    try {
      if (!(await this.isTaken(stream, envelope.data, id))) return;
    } catch (error) {
      this.logger.warn('streams.reader_failed', { error });
      return;
    }
    await this.store.streams.acknowledge(stream, id);
  }

  private async isTaken(stream: string, data: unknown, id: string): Promise<boolean> {
    const subscription = this.subscriptions.get(stream);
    if (!subscription) return false;
    const { reader, point } = subscription;
    if (point === undefined) return reader(data, id);
    return this.guard.call<boolean>({
      point,
      deadlineMs: CLAIM_AFTER_MS,
      isBackground: true,
      isAnswer: () => false,
      stop: this.stopping.signal,
      work: () => reader(data, id),
      fallback: () => false,
    });
  }
}
