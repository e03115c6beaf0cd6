import { Injectable } from '@nestjs/common';
import { CapacityError } from '../cluster/ports/backplane-errors.js';
import { Cluster } from '../cluster/node/cluster.js';
import { PresenceRegistry } from '../cluster/registry/presence-registry.service.js';
import { requireName } from '../cluster/ports/names.js';
import type { Owner } from '../cluster/ports/owner-store.js';
import type { RoomSize, StorePage } from '../cluster/ports/room-store.js';
import { ReliableMessages } from '../cluster/bus/reliable-messages.service.js';
import { Clock } from '../platform/common/clock.js';
import { newId } from '../platform/common/values/ids.js';
import { Deliveries } from './deliveries.js';
import { type MessageData, messageText } from './ephemeral-frame.js';
import { SocketStats, type SocketStatValues } from '../realtime/statistics/socket-stats.service.js';
import { type Client, LocalClients } from './local-clients.js';
import { Room } from './room.js';

const userStream = (userId: string) => `u:${userId}`;
const channelStream = (channel: string) => `c:${channel}`;

/** The data of a reliable direct message in its stream. */
interface ReliableDirect {
  from: string | null;
  ts: number;
  data: MessageData;
}

/**
 * Messages and rooms, for the team that extends Wardline. Nothing here is in the log: it reaches who is connected, and never carries calls. Users,
 * rooms and channels are named by `^[A-Za-z0-9_.:-]{1,64}$`; any other name is a DomainError VALIDATION_FAILED. While Redis is away everything is
 * about this node alone.
 */
@Injectable()
export class RealtimeHub {
  constructor(
    private readonly cluster: Cluster,
    private readonly presenceRegistry: PresenceRegistry,
    private readonly deliveries: Deliveries,
    private readonly clients: LocalClients,
    private readonly reliable: ReliableMessages,
    private readonly counters: SocketStats,
    private readonly clock: Clock,
  ) {}

  /** This node's id. */
  get serverId(): string {
    return this.cluster.serverId;
  }

  /** Connections of this node. */
  get localConnections(): number {
    return this.clients.size;
  }

  /** Counters of this node since its start. */
  get stats(): SocketStatValues {
    return this.counters.read();
  }

  /**
   * From now on messages to the user reach this connection, too. Wardline does it for its own sockets and event streams.
   * @returns what to release it with
   * @throws CapacityError when `OWNER_CAPACITY` is reached and the user has no connection yet
   */
  async own(userId: string, client: Client): Promise<Owner> {
    const owner = await this.claim(userId, client.id);
    this.attach(owner, client);
    return owner;
  }

  /** @internal the user's place, before there is a connection @throws CapacityError */
  async claim(userId: string, connectionId: string): Promise<Owner> {
    requireName('user', userId);
    requireName('connection', connectionId);
    try {
      const owner = await this.presenceRegistry.own(userId, connectionId);
      this.counters.increment('owns_total');
      return owner;
    } catch (error) {
      if (error instanceof CapacityError) this.counters.increment('capacity_exceeded_owner_total');
      throw error;
    }
  }

  /** @internal from now on messages to the owner reach this connection */
  attach({ userId }: Owner, client: Client): void {
    this.clients.add(client);
    this.reliable.read(userStream(userId), (data, id) => this.handOver(userId, data as ReliableDirect, id), { always: false });
  }

  /** True when a connection of the user's would find a place now. */
  hasPlaceFor(userId: string): Promise<boolean> {
    return this.presenceRegistry.hasPlaceFor(userId);
  }

  /**
   * Ends it, and takes it out of its rooms.
   * @returns false where the connection has been owned anew since: then nothing happens
   */
  async release(owner: Owner): Promise<boolean> {
    const isReleased = this.presenceRegistry.release(owner);
    if (!this.presenceRegistry.isOwned(owner.connectionId)) this.clients.remove(owner.connectionId);
    if (!this.presenceRegistry.isHere(owner.userId)) this.reliable.stopReading(userStream(owner.userId));
    if (await isReleased) this.counters.increment('releases_total');
    return isReleased;
  }

  /**
   * A `direct.message` to all connections of the user. It may be lost.
   * @param from the user who says it; `null` for the server
   * @returns how many nodes took it; 0 when the user is not connected
   * @throws DomainError PAYLOAD_TOO_LARGE
   */
  async sendToClient(userId: string, data: MessageData, from: string | null = null): Promise<number> {
    requireName('user', userId);
    const frame = messageText('direct.message', { from, id: newId(), ts: this.clock.now(), data });
    this.counters.increment('sendToClient_total');
    const { here, elsewhere } = await this.deliveries.toUser(userId, frame);
    if (here + elsewhere === 0) this.counters.increment('sendToClient_owner_missing');
    return elsewhere + Number(here > 0);
  }

  /**
   * As `sendToClient`, and kept until one of the user's connections has taken it: for ten minutes, 1000 messages a user. At least once: a client that
   * sees an `id` again has had it.
   * @returns the message's id
   * @throws DomainError UNAVAILABLE while Redis is away; PAYLOAD_TOO_LARGE
   */
  async sendReliable(userId: string, data: MessageData, from: string | null = null): Promise<string> {
    requireName('user', userId);
    const message: ReliableDirect = { from, ts: this.clock.now(), data };
    messageText('direct.message', { ...message, id: newId() });
    return await this.reliable.publish(userStream(userId), message, { user: userId });
  }

  /**
   * A message to one reader of the channel in the cluster (`consumeReliable`), at least once; kept for ten minutes, 1000 messages a channel.
   * @returns the message's id
   * @throws DomainError UNAVAILABLE while Redis is away
   */
  async publishReliable(channel: string, data: MessageData): Promise<string> {
    requireName('channel', channel);
    return await this.reliable.publish(channelStream(channel), data, 'all');
  }

  /**
   * Reads a channel. One of the reading nodes gets each message. It is done when `handle` resolves. It comes again, here or
   * elsewhere, when `handle` rejects or has not resolved within 30 s.
   */
  consumeReliable(channel: string, handle: (data: MessageData, id: string) => Promise<void>): void {
    requireName('channel', channel);
    const reader = async (data: unknown, id: string) => {
      await handle(data as MessageData, id);
      return true;
    };
    this.reliable.read(channelStream(channel), reader, { always: true, point: `channel ${channel}` });
  }

  /** A `broadcast` to every connection of the cluster. @returns how many nodes took it */
  async broadcast(data: MessageData, from: string | null = null): Promise<number> {
    const frame = messageText('broadcast', { from, id: newId(), ts: this.clock.now(), data });
    const { elsewhere } = await this.deliveries.toAll(frame);
    return elsewhere + 1;
  }

  /** @throws DomainError VALIDATION_FAILED for a name that is none */
  room(name: string): Room {
    const { cluster, presenceRegistry, deliveries, counters, clock } = this;
    return new Room(name, { cluster, presenceRegistry, deliveries, counters, clock });
  }

  /** Rooms with a member, by name. @param cursor of the page before; `null` for the first one */
  rooms(cursor: string | null, count: number): Promise<StorePage<RoomSize>> {
    return this.cluster.ask(({ rooms }) => rooms.rooms(cursor, count));
  }

  /** Users with a connection anywhere in the cluster. The cost does not grow with them. */
  onlineCount(): Promise<number> {
    return this.cluster.ask(({ owners }) => owners.count());
  }

  /** Users with a connection, by node: who is connected to two counts on both. */
  async onlineByServer(): Promise<Map<string, number>> {
    const servers = await this.cluster.ask(({ servers }) => servers.list());
    return new Map(servers.map(({ serverId, online }) => [serverId, online]));
  }

  /** Handed over when a connection of this node has taken it; other nodes' get it, too, if they can. */
  private async handOver(userId: string, message: ReliableDirect, id: string): Promise<boolean> {
    const { here } = await this.deliveries.toUser(userId, messageText('direct.message', { ...message, id }));
    return here > 0;
  }
}
