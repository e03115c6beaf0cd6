import { Injectable } from '@nestjs/common';
import { PresenceRegistry } from '../cluster/registry/presence-registry.service.js';
import { DomainError } from '../platform/common/errors.js';
import type { Command } from '../realtime/frames/command.js';
import type { MessageData } from './delivery/ephemeral-frame.js';
import { SocketStats } from '../realtime/statistics/socket-stats.service.js';
import { RealtimeHub } from './realtime-hub.service.js';
import { type RoomAction, RoomAuthorizer } from './room-authorizer.js';
import { RoomRate } from './room-rate.js';
import { SocketOwners } from './socket-owners.js';

/** Members that who joins is shown. */
const FIRST_PAGE = 100;

/** A client's request. */
export interface RoomAsk {
  room: string;
  data?: MessageData | undefined;
}

export interface JoinAnswer {
  room: string;
  /** For clients that may read, the members: the first hundred, and their number. */
  size?: number;
  members?: string[];
}

/** The clients' commands about rooms, each after the authoriser's permission. Ephemeral: nothing is kept, and nothing is about calls. */
@Injectable()
export class RoomCommands {
  constructor(
    private readonly hub: RealtimeHub,
    private readonly presenceRegistry: PresenceRegistry,
    private readonly owners: SocketOwners,
    private readonly authorizer: RoomAuthorizer,
    private readonly rate: RoomRate,
    private readonly counters: SocketStats,
  ) {}

  /** @throws DomainError FORBIDDEN; CapacityError */
  async join(command: Command, ask: RoomAsk): Promise<JoinAnswer> {
    await this.require(command, 'join', ask);
    this.owners.require(command.connection.id);
    const room = this.hub.room(ask.room);
    await room.join(guestOf(command));
    if (!(await this.permits(command, 'read', ask))) return { room: ask.room };
    const [size, { items }] = await Promise.all([room.size(), room.membersPaged(null, FIRST_PAGE)]);
    return { room: ask.room, size, members: items.map(({ userId }) => userId) };
  }

  /** @throws DomainError FORBIDDEN */
  async leave(command: Command, ask: RoomAsk): Promise<{ room: string }> {
    await this.require(command, 'leave', ask);
    await this.hub.room(ask.room).leave(guestOf(command));
    return { room: ask.room };
  }

  /** @throws DomainError FORBIDDEN; RATE_LIMITED when the room is over ROOM_RATE_LIMIT */
  async push(command: Command, ask: RoomAsk & { data: MessageData }): Promise<{ room: string; nodes: number }> {
    await this.require(command, 'push', ask);
    await this.rate.require(ask.room);
    return { room: ask.room, nodes: await this.hub.room(ask.room).push(ask.data, command.principal.id) };
  }

  private async require(command: Command, action: RoomAction, ask: RoomAsk): Promise<void> {
    if (await this.permits(command, action, ask)) return;
    this.counters.increment('room_authz_denied_total');
    throw new DomainError('FORBIDDEN', 'the room is not open to you for that', { details: { reason: 'room_authorizer' } });
  }

  private async permits({ principal, connection }: Command, action: RoomAction, { room, data }: RoomAsk): Promise<boolean> {
    const isMember = this.presenceRegistry.roomsOf(connection.id).includes(room);
    return this.authorizer.permits({ staff: principal, action, room, isMember, data });
  }
}

function guestOf({ principal, connection }: Command): { userId: string; connectionId: string } {
  return { userId: principal.id, connectionId: connection.id };
}
