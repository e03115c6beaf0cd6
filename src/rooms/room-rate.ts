import { Injectable } from '@nestjs/common';
import { DomainError } from '../platform/common/errors.js';
import { LimitMetrics } from '../platform/limits/limit-metrics.js';
import { LiveLimits } from '../platform/limits/live-limits.service.js';
import { SlidingWindows } from '../platform/limits/sliding-windows.js';
import { SocketStats } from '../realtime/statistics/socket-stats.service.js';

/** ROOM_RATE_LIMIT: pushes of clients into one room, on all nodes together. */
@Injectable()
export class RoomRate {
  constructor(
    private readonly windows: SlidingWindows,
    private readonly limits: LiveLimits,
    private readonly counters: SocketStats,
    private readonly metrics: LimitMetrics,
  ) {}

  /** Counts one. @throws DomainError RATE_LIMITED */
  async require(room: string): Promise<void> {
    const { allowed, retryAfter } = await this.windows.hit(`room:${room}`, this.limits.current.ROOM_RATE_LIMIT);
    if (allowed) return;
    this.counters.increment('rate_limit_drops_total');
    this.metrics.overRate('room');
    throw new DomainError('RATE_LIMITED', 'too many messages into this room', { retryAfter });
  }
}
