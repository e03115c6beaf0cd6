import { Injectable } from '@nestjs/common';
import { newId } from '../platform/common/values/ids.js';
import { Clock } from '../platform/common/clock.js';
import { CapacityError } from '../cluster/ports/backplane-errors.js';
import { Cluster } from '../cluster/node/cluster.js';
import { PresenceRegistry } from '../cluster/registry/presence-registry.service.js';
import { requireName } from '../cluster/ports/names.js';
import type { RoomMember, RoomSize, StorePage } from '../cluster/ports/room-store.js';
import { Deliveries } from './delivery/deliveries.js';
import { messageText, type MessageData } from './delivery/ephemeral-frame.js';
import { SocketStats } from '../realtime/statistics/socket-stats.service.js';

const PAGE = 1000;

/** The one that comes or goes: a user with all their connections, wherever they are, or one connection of this node. */
export type RoomGuest = string | { userId: string; connectionId: string };

/** The parts that a room works with. */
export interface RoomParts {
  cluster: Cluster;
  presenceRegistry: PresenceRegistry;
  deliveries: Deliveries;
  counters: SocketStats;
  clock: Clock;
}

/**
 * One room of the cluster. It needs no making and no removing: it exists while it has a member. Members are users; a user is
 * one while one of their connections is in the room. While Redis is away a room is this node's part of it.
 */
export class Room {
  /** @throws DomainError VALIDATION_FAILED for a name that is none */
  constructor(
    readonly name: string,
    private readonly parts: RoomParts,
  ) {
    requireName('room', name);
  }

  /**
   * @returns whether the user was not a member before
   * @throws CapacityError when `ROOM_MEMBERS_CAPACITY` is reached: nothing was changed; DomainError NOT_FOUND for a user without a connection, or a
   * connection that is not of this node
   */
  async join(guest: RoomGuest): Promise<boolean> {
    const { presenceRegistry, counters } = this.parts;
    requireName('user', typeof guest === 'string' ? guest : guest.userId);
    try {
      const isNew = await (typeof guest === 'string'
        ? presenceRegistry.joinUser(this.name, guest)
        : presenceRegistry.join({ room: this.name, ...guest }));
      counters.increment('room_joins_total');
      return isNew;
    } catch (error) {
      if (error instanceof CapacityError) counters.increment('capacity_exceeded_room_total');
      throw error;
    }
  }

  /** @returns whether the user is a member no longer */
  async leave(guest: RoomGuest): Promise<boolean> {
    const { presenceRegistry, counters } = this.parts;
    counters.increment('room_leaves_total');
    if (typeof guest === 'string') return presenceRegistry.leaveUser(this.name, guest);
    return presenceRegistry.leave({ room: this.name, ...guest });
  }

  isMember(userId: string): Promise<boolean> {
    return this.parts.cluster.ask(({ rooms }) => rooms.isMember(this.name, userId));
  }

  /** Members. The cost does not grow with them. */
  size(): Promise<number> {
    return this.parts.cluster.ask(({ rooms }) => rooms.size(this.name));
  }

  /** All members, in the order of their ids, read page by page: who comes or goes meanwhile may or may not be in it. */
  async members(): Promise<RoomMember[]> {
    const members: RoomMember[] = [];
    let cursor: string | null = null;
    do {
      const page: StorePage<RoomMember> = await this.membersPaged(cursor, PAGE);
      members.push(...page.items);
      ({ cursor } = page);
    } while (cursor !== null);
    return members;
  }

  /**
   * @param cursor of the page before; `null` for the first one
   * @returns up to `count` members in the order of their ids, and the next cursor, `null` after the last page
   */
  membersPaged(cursor: string | null, count: number): Promise<StorePage<RoomMember>> {
    return this.parts.cluster.ask(({ rooms }) => rooms.members(this.name, cursor, count));
  }

  /**
   * A `room.message` to every connection in the room, the sender's included. It may be lost, for slow readers and for nodes that cannot be reached.
   * @param from the user who says it; `null` for the server
   * @returns how many nodes took it
   * @throws DomainError PAYLOAD_TOO_LARGE
   */
  async push(data: MessageData, from: string | null = null): Promise<number> {
    const { deliveries, counters, clock } = this.parts;
    const frame = messageText('room.message', { room: this.name, from, id: newId(), ts: clock.now(), data });
    counters.increment('room_pushes_total');
    const { here, elsewhere } = await deliveries.toRoom(this.name, frame);
    return elsewhere + Number(here > 0);
  }
}

/** The rooms of the cluster. */
@Injectable()
export class Rooms {
  private readonly parts: RoomParts;

  constructor(cluster: Cluster, presenceRegistry: PresenceRegistry, deliveries: Deliveries, counters: SocketStats, clock: Clock) {
    this.parts = { cluster, presenceRegistry, deliveries, counters, clock };
  }

  /** @throws DomainError VALIDATION_FAILED for a name that is none */
  of(name: string): Room {
    return new Room(name, this.parts);
  }

  /** Rooms with a member, by name. @param cursor of the page before; `null` for the first one */
  list(cursor: string | null, count: number): Promise<StorePage<RoomSize>> {
    return this.parts.cluster.ask(({ rooms }) => rooms.rooms(cursor, count));
  }
}
