import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Callers } from '../../identity/access/callers.js';
import { clientNetwork } from '../../platform/limits/client-network.js';
import { connectionRequest, type ConnectionRequest, isFrame, refusal } from './guarded-connection.js';
import { LimitMetrics } from '../../platform/limits/limit-metrics.js';
import { LiveLimits } from '../../platform/limits/live-limits.service.js';
import { LocalSlidingWindows } from '../../platform/limits/local-sliding-windows.js';

/**
 * CONNECT_RATE_LIMIT: connections with a valid session are counted by session, all others together by address. Each node
 * counts for itself. The session's window comes before the look into the database, and the window of forged credentials needs
 * none. So a flood costs no more queries than the limit allows for each credential that this server has really given out.
 */
@Injectable()
export class RateLimitGuard implements CanActivate {
  constructor(
    private readonly windows: LocalSlidingWindows,
    private readonly limits: LiveLimits,
    private readonly callers: Callers,
    private readonly metrics: LimitMetrics,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (isFrame(context) || this.limits.current.CONNECT_RATE_LIMIT === null) return true;
    const request = connectionRequest(context);
    const credential = this.callers.credentialOf(request);
    if (credential !== undefined) {
      this.require(request, `session:${credential}`);
      if ((await this.callers.identify(request)).kind === 'identified') return true;
    }
    this.require(request, `address:${clientNetwork(request.clientAddress ?? '')}`);
    return true;
  }

  /** @throws DomainError RATE_LIMITED */
  private require({ isPreview }: ConnectionRequest, key: string): void {
    const limit = this.limits.current.CONNECT_RATE_LIMIT;
    const { allowed, retryAfter } = isPreview ? this.windows.peek(key, limit) : this.windows.hit(key, limit);
    if (allowed) return;
    if (!isPreview) this.metrics.overRate('connect');
    throw refusal('RATE_LIMITED', 'connect_rate', 'too many attempts to connect', retryAfter);
  }
}
