import { Injectable } from '@nestjs/common';
import { LimitMetrics } from '../../platform/limits/limit-metrics.js';
import { LiveLimits } from '../../platform/limits/live-limits.service.js';
import { ALLOWED, SlidingWindows, type Verdict } from '../../platform/limits/sliding-windows.js';
import { SocketStats } from '../statistics/socket-stats.service.js';

/** CLIENT_RATE_LIMIT: how many commands a person may give, over all their connections together. */
@Injectable()
export class ClientRate {
  private readonly exempt = new Set<string>();

  constructor(
    private readonly windows: SlidingWindows,
    private readonly limits: LiveLimits,
    private readonly metrics: LimitMetrics,
    private readonly stats: SocketStats,
  ) {}

  /** The limit's window, in seconds; 0 when there is no limit. */
  get seconds(): number {
    return this.limits.current.CLIENT_RATE_LIMIT?.seconds ?? 0;
  }

  /** Frames of this type are never limited and don't count. To be called at the start, by the feature that the frame belongs to. */
  neverLimit(type: string): void {
    this.exempt.add(type);
  }

  isExempt(type: string): boolean {
    return this.exempt.has(type);
  }

  /** Counts a command. */
  hit(staffId: string, type: string): Verdict | Promise<Verdict> {
    if (this.isExempt(type)) return ALLOWED;
    return this.windows.hit(`client:${staffId}`, this.limits.current.CLIENT_RATE_LIMIT);
  }

  /** A command was refused. */
  refused(): void {
    this.metrics.overRate('client');
    this.stats.increment('client_rate_limit_drops_total');
  }
}
