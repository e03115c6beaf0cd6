import { Injectable } from '@nestjs/common';
import { Bus } from '../../cluster/bus/bus.service.js';
import { SocketStats } from '../../realtime/statistics/socket-stats.service.js';
import { type EphemeralText, toFrame } from './ephemeral-frame.js';
import { LocalClients } from './local-clients.js';

declare module '../../cluster/bus/bus-messages.js' {
  interface BusMessages {
    'room.message': { room: string; frame: EphemeralText };
    'direct.message': { userId: string; frame: EphemeralText };
    broadcast: { frame: EphemeralText };
  }
}

/** How far a message got. */
export interface Reach {
  /** Connections of this node that took it. */
  here: number;
  /** Other nodes that it was handed to. */
  elsewhere: number;
}

/** Brings messages to connections: those of this node directly, the others over the bus. Each node frames a message once. */
@Injectable()
export class Deliveries {
  constructor(
    private readonly bus: Bus,
    private readonly clients: LocalClients,
    counters: SocketStats,
  ) {
    bus.onForged(() => {
      counters.increment('hmac_verify_failures_total');
    });
    bus.on('room.message', ({ room, frame }) => {
      clients.offerToRoom(room, toFrame(frame));
    });
    bus.on('direct.message', ({ userId, frame }) => {
      clients.offerToUser(userId, toFrame(frame));
    });
    bus.on('broadcast', ({ frame }) => {
      clients.offerToAll(toFrame(frame));
    });
  }

  async toRoom(room: string, frame: EphemeralText): Promise<Reach> {
    const here = this.clients.offerToRoom(room, toFrame(frame));
    return { here, elsewhere: await this.bus.publish({ room }, 'room.message', { room, frame }) };
  }

  async toUser(userId: string, frame: EphemeralText): Promise<Reach> {
    const here = this.clients.offerToUser(userId, toFrame(frame));
    return { here, elsewhere: await this.bus.publish({ user: userId }, 'direct.message', { userId, frame }) };
  }

  async toAll(frame: EphemeralText): Promise<Reach> {
    const here = this.clients.offerToAll(toFrame(frame));
    return { here, elsewhere: await this.bus.publish('all', 'broadcast', { frame }) };
  }
}
