import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/common/clock.js';
import { DomainError } from '../../platform/common/errors.js';
import { Database } from '../../platform/database/database.js';
import { statement } from '../../platform/database/statement.js';
import { clientNetwork } from '../../platform/limits/client-network.js';
import { LimitMetrics } from '../../platform/limits/limit-metrics.js';
import { LiveLimits } from '../../platform/limits/live-limits.service.js';
import { LocalSlidingWindows } from '../../platform/limits/local-sliding-windows.js';

const MAX_KNOWN = 10_000;
/** At most so often are all keys read while wrong ones flood. */
const READ_AGAIN_MS = 5000;
/** As with any other request over its limit. */
const SLOW_MS = 100;

const rightKeys = statement(
  'right_station_keys',
  `SELECT encode(key_hash, 'hex') AS hash FROM stations WHERE retired_at IS NULL ORDER BY last_seen_at DESC NULLS LAST LIMIT ${String(MAX_KNOWN)}`,
);

/**
 * Wrong station keys, counted for each network of addresses (HTTP_RATE_LIMIT). Over the limit, a key from that network is
 * looked up only when it is known to be a right one, or when the request is a press: a press is never refused unseen. This
 * node knows the keys that were right here, and reads all of them when one is unknown: a heartbeat after a restart is heard
 * in any flood.
 */
@Injectable()
export class WrongKeys {
  /** Hashes of keys that were right, the longest ago first. */
  private readonly known = new Set<string>();
  private readAt = -Infinity;
  private reading: Promise<void> | undefined;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly windows: LocalSlidingWindows,
    private readonly limits: LiveLimits,
    private readonly metrics: LimitMetrics,
  ) {}

  /** @throws DomainError RATE_LIMITED */
  async requireLookup(keyHash: string, address: string, isPress: boolean): Promise<void> {
    const { allowed, retryAfter } = this.windows.peek(windowOf(address), this.limits.current.HTTP_RATE_LIMIT);
    if (allowed || isPress || this.known.has(keyHash)) return;
    await this.readKnown();
    if (!this.known.has(keyHash)) await this.refuse(retryAfter);
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

  /** One read at a time, and one in some seconds, however many wrong keys come. @throws what the database throws */
  private async readKnown(): Promise<void> {
    if (!this.reading && this.clock.monotonic() - this.readAt > READ_AGAIN_MS) {
      this.readAt = this.clock.monotonic();
      this.reading = this.read().finally(() => {
        this.reading = undefined;
      });
    }
    await this.reading;
  }

  private async read(): Promise<void> {
    for (const { hash } of (await this.database.query<{ hash: string }>(rightKeys, [], 'presses')).reverse()) this.right(hash);
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
