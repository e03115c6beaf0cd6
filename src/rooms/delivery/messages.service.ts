import { Injectable } from '@nestjs/common';
import { requireName } from '../../cluster/ports/names.js';
import { ReliableMessages } from '../../cluster/bus/reliable-messages.service.js';
import { Clock } from '../../platform/common/clock.js';
import { newId } from '../../platform/common/values/ids.js';
import { SocketStats } from '../../realtime/statistics/socket-stats.service.js';
import { Deliveries } from './deliveries.js';
import { type MessageData, messageText } from './ephemeral-frame.js';

const userStream = (userId: string) => `u:${userId}`;
const channelStream = (channel: string) => `c:${channel}`;

/** The data of a reliable direct message in its stream. */
interface ReliableDirect {
  from: string | null;
  ts: number;
  data: MessageData;
}

/** Messages to users, channels and everybody. `RealtimeHub` promises what each of them does. */
@Injectable()
export class Messages {
  constructor(
    private readonly deliveries: Deliveries,
    private readonly reliable: ReliableMessages,
    private readonly counters: SocketStats,
    private readonly clock: Clock,
  ) {}

  /** Reads the user's reliable messages on this node, which has a connection of the user. */
  readFor(userId: string): void {
    this.reliable.read(userStream(userId), (data, id) => this.handOver(userId, data as ReliableDirect, id), { always: false });
  }

  stopReadingFor(userId: string): void {
    this.reliable.stopReading(userStream(userId));
  }

  async sendToClient(userId: string, data: MessageData, from: string | null): Promise<number> {
    requireName('user', userId);
    const frame = messageText('direct.message', { from, id: newId(), ts: this.clock.now(), data });
    this.counters.increment('sendToClient_total');
    const { here, elsewhere } = await this.deliveries.toUser(userId, frame);
    if (here + elsewhere === 0) this.counters.increment('sendToClient_owner_missing');
    return elsewhere + Number(here > 0);
  }

  async sendReliable(userId: string, data: MessageData, from: string | null): Promise<string> {
    requireName('user', userId);
    const message: ReliableDirect = { from, ts: this.clock.now(), data };
    messageText('direct.message', { ...message, id: newId() });
    return await this.reliable.publish(userStream(userId), message, { user: userId });
  }

  async publishReliable(channel: string, data: MessageData): Promise<string> {
    requireName('channel', channel);
    return await this.reliable.publish(channelStream(channel), data, 'all');
  }

  consumeReliable(channel: string, handle: (data: MessageData, id: string) => Promise<void>): void {
    requireName('channel', channel);
    const reader = async (data: unknown, id: string) => {
      await handle(data as MessageData, id);
      return true;
    };
    this.reliable.read(channelStream(channel), reader, { always: true, point: `channel ${channel}` });
  }

  async broadcast(data: MessageData, from: string | null): Promise<number> {
    const frame = messageText('broadcast', { from, id: newId(), ts: this.clock.now(), data });
    const { elsewhere } = await this.deliveries.toAll(frame);
    return elsewhere + 1;
  }

  /** Handed over when a connection of this node has taken it; other nodes' get it, too, if they can. */
  private async handOver(userId: string, message: ReliableDirect, id: string): Promise<boolean> {
    const { here } = await this.deliveries.toUser(userId, messageText('direct.message', { ...message, id }));
    return here > 0;
  }
}
