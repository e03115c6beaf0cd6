import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { DomainError } from '../../platform/common/errors.js';
import { clientNetwork } from '../../platform/limits/client-network.js';
import { LimitMetrics } from '../../platform/limits/limit-metrics.js';
import { LiveLimits } from '../../platform/limits/live-limits.service.js';
import { LocalSlidingWindows } from '../../platform/limits/local-sliding-windows.js';

const MAX_KNOWN = 10_000;
/** As with any other request over its limit. */
const SLOW_MS = 100;

/**
 * Wrong station keys, counted for each network of addresses (HTTP_RATE_LIMIT). Over the limit, a key from that network is
 * looked up only when it was right before, or when the request is a press: a press is never refused unseen.
 */
@Injectable()
export class WrongKeys {
  /** Hashes of keys that were right, the longest ago first. */
  private readonly known = new Set<string>();

  constructor(
    private readonly windows: LocalSlidingWindows,
    private readonly limits: LiveLimits,
    private readonly metrics: LimitMetrics,
  ) {}

  /** @throws DomainError RATE_LIMITED */
  async requireLookup(keyHash: string, address: string, isPress: boolean): Promise<void> {
    const { allowed, retryAfter } = this.windows.peek(windowOf(address), this.limits.current.HTTP_RATE_LIMIT);
    if (allowed || isPress || this.known.has(keyHash)) return;
    await this.refuse(retryAfter);
  }

  right(keyHash: string): void {
    this.known.delete(keyHash);
    this.known.add(keyHash);
    for (const oldest of this.known) {
      if (this.known.size <= MAX_KNOWN) return;
      this.known.delete(oldest);
    }
  }

  /** @throws DomainError RATE_LIMITED when there were too many already */
  async wrong(keyHash: string, address: string): Promise<void> {
    this.known.delete(keyHash);
    const { allowed, retryAfter } = this.windows.hit(windowOf(address), this.limits.current.HTTP_RATE_LIMIT);
    if (!allowed) await this.refuse(retryAfter);
  }

  private async refuse(retryAfter: number): Promise<never> {
    this.metrics.overRate('station_key');
    await sleep(SLOW_MS);
    throw new DomainError('RATE_LIMITED', 'too many wrong station keys', { retryAfter });
  }
}

function windowOf(address: string): string {
  return `station-key:${clientNetwork(address)}`;
}
