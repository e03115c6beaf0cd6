import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Logger } from '../../platform/logging/logger.js';
import { type ExpiredBatch, ExpiringRecords } from './expiring-records.service.js';
import { Exports } from './exports.js';
import { RetentionRules } from './retention-rules.js';

const INTERVAL_MS = 3_600_000;

/**
 * Exports rows older than their retention, then purges them. Every node does: the second one at a batch finds it gone. Rows
 * that a crash leaves between export and purge are exported once more, under the same name.
 */
@Injectable()
export class Retention {
  private running: Promise<number> | undefined;

  constructor(
    private readonly records: ExpiringRecords,
    private readonly exports: Exports,
    private readonly rules: RetentionRules,
    private readonly logger: Logger,
  ) {}

  @Interval(INTERVAL_MS)
  async tick(): Promise<void> {
    try {
      await this.run();
    } catch (error) {
      this.logger.error('retention.failed', { error });
    }
    await this.rules.run();
  }

  /** @returns how many records were purged */
  run(): Promise<number> {
    this.running ??= this.runAll().finally(() => (this.running = undefined));
    return this.running;
  }

  private async runAll(): Promise<number> {
    let gone = await this.chain(() => this.records.audit());
    for (const dept of await this.records.departments()) gone += await this.chain(() => this.records.events(dept));
    return gone;
  }

  private async chain(next: () => Promise<ExpiredBatch | undefined>): Promise<number> {
    let gone = 0;
    for (let batch = await next(); batch; batch = await next()) {
      await this.exports.write(batch);
      const removed = await batch.purge();
      // Another node was faster, or the database refuses: the next run sees.
      if (removed === 0) break;
      gone += removed;
      this.logger.info('retention.purged', { chain: batch.chain, first: batch.first, last: batch.last });
    }
    return gone;
  }
}
