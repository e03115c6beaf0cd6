import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/common/clock.js';
import { newId } from '../../platform/common/values/ids.js';
import { Logger } from '../../platform/logging/logger.js';
import { BackplaneAway } from '../ports/backplane-errors.js';
import type { BusMessageKind, BusMessages } from './bus-messages.js';
import type { Heard, Target } from '../ports/bus-transport.js';
import { Cluster } from '../node/cluster.js';
import { ClusterMetrics } from '../node/cluster-metrics.js';
import { EnvelopeCodec } from './envelope.js';
import { ReplayGuard } from './replay-guard.js';

type Handler = (data: never, from: string) => unknown;
type DropReason = 'signature' | 'replay' | 'unknown' | 'failed';

/** Messages between nodes. A message is sent once, to the nodes that are there; a message that must not be lost takes another way. */
@Injectable()
export class Bus {
  private readonly handlers = new Map<string, Handler>();
  private readonly replays = new ReplayGuard();
  private readonly dropListeners: (() => void)[] = [];
  private wake: (dept: string, from: string) => void = () => undefined;

  constructor(
    private readonly cluster: Cluster,
    private readonly codec: EnvelopeCodec,
    private readonly metrics: ClusterMetrics,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    cluster.shared?.bus.listen((heard) => {
      this.hear(heard);
    });
  }

  /** One handler a kind, called synchronously with what another node has sent: keep it short. */
  on<K extends BusMessageKind>(kind: K, handler: (data: BusMessages[K], from: string) => void): void {
    if (this.handlers.has(kind)) throw new Error(`two handlers for messages of kind ${kind}`);
    this.handlers.set(kind, handler);
  }

  onWakeUp(handler: (dept: string, from: string) => void): void {
    this.wake = handler;
  }

  /** A message was dropped for its signature, its age, or because it was seen before. */
  onForged(listener: () => void): void {
    this.dropListeners.push(listener);
  }

  /** Says that something that no node of ours has written came another way than by this bus. */
  forged(): void {
    this.drop('signature');
  }

  /**
   * The message never comes back to this node: the caller acts on this node by itself.
   * @returns how many other nodes were handed it; 0 while the bus is away
   */
  async publish<K extends BusMessageKind>(target: Exclude<Target, { dept: string }>, kind: K, data: BusMessages[K]): Promise<number> {
    const { shared, serverId } = this.cluster;
    if (!shared?.isUp) return 0;
    const text = this.codec.write({ id: newId(), from: serverId, at: this.clock.now(), kind, data });
    try {
      const nodes = await shared.bus.publish(target, text);
      this.metrics.sent(kind);
      return target === 'all' ? Math.max(0, nodes - 1) : nodes;
    } catch (error) {
      if (error instanceof BackplaneAway) return 0;
      throw error;
    }
  }

  private hear({ dept, text }: Heard): void {
    if (dept !== null) {
      if (text !== this.cluster.serverId) this.heardWakeUp(dept, text);
      return;
    }
    const envelope = this.codec.read(text);
    if (envelope?.from === this.cluster.serverId) return;
    if (!envelope) {
      this.drop('signature');
      return;
    }
    if (this.codec.signs && !this.replays.accept(envelope.id, envelope.at, this.clock.now())) {
      this.drop('replay');
      return;
    }
    this.metrics.received(this.handlers.has(envelope.kind) ? envelope.kind : 'unknown');
    this.handle(envelope.kind, envelope.data, envelope.from);
  }

  private heardWakeUp(dept: string, from: string): void {
    this.metrics.received('wake_up');
    this.wake(dept, from);
  }

  /** A newer node may send what this one does not know, and more than it knows. */
  private handle(kind: string, data: unknown, from: string): void {
    const handler = this.handlers.get(kind);
    if (!handler) {
      this.drop('unknown');
      return;
    }
    const failed = (error: unknown) => {
      this.logger.error('bus.handler_failed', { kind, error });
      this.drop('failed');
    };
    try {
      // One that is asynchronous, against its type, must not reject where nobody listens.
      Promise.resolve(handler(data as never, from)).catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  private drop(reason: DropReason): void {
    this.metrics.dropped(reason);
    if (reason === 'signature' || reason === 'replay') for (const listener of this.dropListeners) listener();
  }
}
