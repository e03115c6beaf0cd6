import { Injectable } from '@nestjs/common';
import { DomainError } from '../../platform/common/errors.js';
import { clientNetwork } from '../../platform/limits/client-network.js';
import { LimitMetrics } from '../../platform/limits/limit-metrics.js';
import { LiveLimits } from '../../platform/limits/live-limits.service.js';
import { LocalSlidingWindows } from '../../platform/limits/local-sliding-windows.js';

/** Wrong codes, counted for each network of addresses as failed sign-ins are (SIGN_IN_RATE_LIMIT). */
@Injectable()
export class CodeGuesses {
  /** Codes that are being looked up, by network. Each may turn out to be a wrong one. */
  private readonly pending = new Map<string, number>();

  constructor(
    private readonly windows: LocalSlidingWindows,
    private readonly limits: LiveLimits,
    private readonly metrics: LimitMetrics,
  ) {}

  /** @throws DomainError RATE_LIMITED after too many wrong codes; what `exchange` throws */
  async guard<T>(address: string, exchange: () => Promise<T>): Promise<T> {
    const key = `board-code:${clientNetwork(address)}`;
    const limit = this.limits.current.SIGN_IN_RATE_LIMIT;
    const others = this.pending.get(key) ?? 0;
    const left = limit && { ...limit, count: limit.count - others };
    const { allowed, retryAfter } = this.windows.peek(key, left);
    if (!allowed || (left && left.count <= 0)) {
      this.metrics.overRate('board_code');
      throw new DomainError('RATE_LIMITED', 'too many wrong codes', { retryAfter: Math.max(1, retryAfter) });
    }
    this.pending.set(key, others + 1);
    try {
      return await exchange();
    } catch (error) {
      if (error instanceof DomainError && error.code === 'INVALID_CREDENTIALS') this.windows.hit(key, limit);
      throw error;
    } finally {
      const still = (this.pending.get(key) ?? 1) - 1;
      if (still > 0) this.pending.set(key, still);
      else this.pending.delete(key);
    }
  }
}
