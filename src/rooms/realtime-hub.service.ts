import { Injectable } from '@nestjs/common';
import { Cluster } from '../cluster/node/cluster.js';
import type { Owner } from '../cluster/ports/owner-store.js';
import type { RoomSize, StorePage } from '../cluster/ports/room-store.js';
import type { MessageData } from './delivery/ephemeral-frame.js';
import type { Client } from './delivery/local-clients.js';
import { Messages } from './delivery/messages.service.js';
import { UserConnections } from './delivery/user-connections.js';
import { SocketStats, type SocketStatValues } from '../realtime/statistics/socket-stats.service.js';
import { type Room, Rooms } from './room.js';

/**
 * Messages and rooms, for the team that extends Wardline. Nothing here is in the log: it reaches who is connected, and never carries calls. Users,
 * rooms and channels are named by `^[A-Za-z0-9_.:-]{1,64}$`; any other name is a DomainError VALIDATION_FAILED. While Redis is away everything is
 * about this node alone.
 */
@Injectable()
export class RealtimeHub {
  constructor(
    private readonly cluster: Cluster,
    private readonly connections: UserConnections,
    private readonly messages: Messages,
    private readonly allRooms: Rooms,
    private readonly counters: SocketStats,
  ) {}

  /** This node's id. */
  get serverId(): string {
    return this.cluster.serverId;
  }

  /** Connections of this node. */
  get localConnections(): number {
    return this.connections.size;
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
  claim(userId: string, connectionId: string): Promise<Owner> {
    return this.connections.claim(userId, connectionId);
  }

  /** @internal from now on messages to the owner reach this connection */
  attach(owner: Owner, client: Client): void {
    this.connections.attach(owner, client);
  }

  /** True when a connection of the user's would find a place now. */
  hasPlaceFor(userId: string): Promise<boolean> {
    return this.connections.hasPlaceFor(userId);
  }

  /**
   * Ends it, and takes it out of its rooms.
   * @returns false where the connection has been owned anew since: then nothing happens
   */
  release(owner: Owner): Promise<boolean> {
    return this.connections.release(owner);
  }

  /**
   * A `direct.message` to all connections of the user. It may be lost.
   * @param from the user who says it; `null` for the server
   * @returns how many nodes took it; 0 when the user is not connected
   * @throws DomainError PAYLOAD_TOO_LARGE
   */
  sendToClient(userId: string, data: MessageData, from: string | null = null): Promise<number> {
    return this.messages.sendToClient(userId, data, from);
  }

  /**
   * As `sendToClient`, and kept until one of the user's connections has taken it: for ten minutes, 1000 messages a user. At least once: a client that
   * sees an `id` again has had it.
   * @returns the message's id
   * @throws DomainError UNAVAILABLE while Redis is away; PAYLOAD_TOO_LARGE
   */
  sendReliable(userId: string, data: MessageData, from: string | null = null): Promise<string> {
    return this.messages.sendReliable(userId, data, from);
  }

  /**
   * A message to one reader of the channel in the cluster (`consumeReliable`), at least once; kept for ten minutes, 1000 messages a channel.
   * @returns the message's id
   * @throws DomainError UNAVAILABLE while Redis is away
   */
  publishReliable(channel: string, data: MessageData): Promise<string> {
    return this.messages.publishReliable(channel, data);
  }

  /**
   * Reads a channel. One of the reading nodes gets each message. It is done when `handle` resolves. It comes again, here or
   * elsewhere, when `handle` rejects or has not resolved within 30 s.
   */
  consumeReliable(channel: string, handle: (data: MessageData, id: string) => Promise<void>): void {
    this.messages.consumeReliable(channel, handle);
  }

  /** A `broadcast` to every connection of the cluster. @returns how many nodes took it */
  broadcast(data: MessageData, from: string | null = null): Promise<number> {
    return this.messages.broadcast(data, from);
  }

  /** @throws DomainError VALIDATION_FAILED for a name that is none */
  room(name: string): Room {
    return this.allRooms.of(name);
  }

  /** Rooms with a member, by name. @param cursor of the page before; `null` for the first one */
  rooms(cursor: string | null, count: number): Promise<StorePage<RoomSize>> {
    return this.allRooms.list(cursor, count);
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
}
