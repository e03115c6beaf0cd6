import { Inject, Injectable } from '@nestjs/common';
import { Cluster } from '../cluster/cluster.js';
import { SharedWindows } from '../cluster/shared-windows.service.js';
import { DomainError } from '../common/errors.js';
import { REALTIME_SETTINGS } from '../config/config.module.js';
import type { RealtimeSettings } from '../config/realtime.settings.js';
import { SocketStats } from '../realtime/socket-stats.service.js';

/** ROOM_RATE_LIMIT: pushes of clients into one room, on all nodes together. */
@Injectable()
export class RoomRate {
  constructor(
    private readonly windows: SharedWindows,
    private readonly cluster: Cluster,
    private readonly counters: SocketStats,
    @Inject(REALTIME_SETTINGS) private readonly settings: RealtimeSettings,
  ) {}

  /** Counts one. @throws DomainError RATE_LIMITED */
  async require(room: string): Promise<void> {
    const rate = this.settings.ROOM_RATE_LIMIT;
    if (!rate) return;
    const key = `room:${room}`;
    const waitMs = (await this.windows.hit(key, rate)) ?? (await this.cluster.local.windows.hit(key, rate));
    if (waitMs === 0) return;
    this.counters.increment('rate_limit_drops_total');
    throw new DomainError('RATE_LIMITED', 'too many messages into this room', { retryAfter: Math.ceil(waitMs / 1000) });
  }
}
