import { Injectable } from '@nestjs/common';
import { Logger } from '../../platform/logging/logger.js';
import type { Rate } from '../../platform/config/settings/setting.js';
import { LocalSlidingWindows } from '../../platform/limits/local-sliding-windows.js';
import { ALLOWED, SlidingWindows, type Verdict } from '../../platform/limits/sliding-windows.js';
import { SharedWindows } from './shared-windows.service.js';

/** The cluster's windows; this node's own while the cluster cannot be asked, and where they are full already. */
@Injectable()
export class ClusterSlidingWindows extends SlidingWindows {
  constructor(
    private readonly shared: SharedWindows,
    private readonly local: LocalSlidingWindows,
    private readonly logger: Logger,
  ) {
    super();
  }

  override hit(key: string, limit: Rate | null): Verdict | Promise<Verdict> {
    if (limit === null) return ALLOWED;
    if (!this.shared.canAsk) return this.local.hit(key, limit);
    // The hits on this node alone exceed the limit: no need to ask the cluster.
    const own = this.local.peek(key, limit);
    return own.allowed ? this.ask(key, limit) : own;
  }

  /** Never rejects. A hit that the cluster allows counts here too, so that an absence of the cluster forgives nothing. */
  private async ask(key: string, limit: Rate): Promise<Verdict> {
    const waitMs = await this.shared.hit(key, limit).catch((error: unknown) => {
      this.logger.error('windows.shared_failed', { error });
      return undefined;
    });
    if (waitMs === undefined) return this.local.hit(key, limit);
    if (waitMs > 0) return { allowed: false, retryAfter: Math.max(1, Math.ceil(waitMs / 1000)) };
    this.local.hit(key, limit);
    return ALLOWED;
  }
}
