import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { DomainError } from '../common/errors.js';
import { isDatabaseAway } from '../database/database-error.js';

/** A process that has not looked for so long was suspended, or its database was silent. */
const SUSPENDED_MS = 10_000;

/** Settles what an outage left behind. @param awayMs how long it was, as far as this process saw */
export type Settle = (awayMs: number) => Promise<void>;

/**
 * Knows that the database was away, or that this process was suspended, until somebody has settled it. The clocks of people and stations went on
 * meanwhile, and nothing could be written down: whoever judges them waits until it is settled.
 */
@Injectable()
export class OutageWatch {
  private since: number | undefined;
  private lastSeen: number | undefined;
  private settling: Promise<void> | undefined;
  private readonly settlers: Settle[] = [];

  constructor(private readonly clock: Clock) {}

  /** To be called while modules are initialised. */
  whenOver(settle: Settle): void {
    this.settlers.push(settle);
  }

  /** A statement has failed: it counts when the database was away. */
  failed(error: unknown): void {
    const cause = error instanceof DomainError ? error.cause : error;
    if (cause !== undefined && isDatabaseAway(cause)) this.since ??= this.lastSeen ?? this.clock.monotonic();
  }

  /** The database has answered a look of the scheduler, which comes every second. */
  seen(): void {
    if (this.since === undefined) this.lastSeen = this.clock.monotonic();
  }

  /** Returns at once in calm. After an outage it resolves when that is settled. @throws what the settlers throw: the outage goes on */
  async settled(): Promise<void> {
    if (this.lastSeen !== undefined && this.clock.monotonic() - this.lastSeen > SUSPENDED_MS) this.since ??= this.lastSeen;
    if (this.since === undefined) return;
    this.settling ??= this.settle(this.since).finally(() => {
      this.settling = undefined;
    });
    await this.settling;
  }

  private async settle(since: number): Promise<void> {
    for (const settle of this.settlers) await settle(this.clock.monotonic() - since);
    this.since = undefined;
    this.lastSeen = this.clock.monotonic();
  }
}
