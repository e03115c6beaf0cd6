import { Injectable } from '@nestjs/common';
import { Logger } from '../../platform/logging/logger.js';
import { EventLog, type Head } from '../log/event-log.js';
import { LogEpoch } from '../log/log-epoch.js';
import { Feeds } from './feeds.js';

/**
 * Keeps the feeds in the history that the database has. After another history, or a log that went back (a restore, a fail-over to a server
 * that lagged), no reader's place counts any more: each starts from a snapshot, under a new epoch.
 */
@Injectable()
export class HistoryWatch {
  constructor(
    private readonly log: EventLog,
    private readonly feeds: Feeds,
    private readonly epoch: LogEpoch,
    private readonly logger: Logger,
  ) {}

  async begin(): Promise<void> {
    await this.epoch.refresh();
  }

  /** The heads of the departments that are read here. Looks at the history first, and at a head that lies before its feed once more. */
  async heads(): Promise<readonly (Head & { dept: string })[]> {
    if (await this.epoch.refresh()) this.startOver();
    const heads = await this.log.heads(this.feeds.departments());
    const behind = heads.filter(({ dept, head }) => head < this.positionOf(dept)).map(({ dept }) => dept);
    if (behind.length > 0) await this.lookAgain(behind);
    return heads;
  }

  /** The first look may be older than an append that has been handed out since. The second look has all that is handed out by now. */
  private async lookAgain(departments: readonly string[]): Promise<void> {
    const positions = new Map(departments.map((dept) => [dept, this.positionOf(dept)]));
    const heads = await this.log.heads(departments);
    const back = heads.flatMap(({ dept, head }) => {
      const position = positions.get(dept) ?? 0;
      return head < position ? [{ dept, head, handed_out: position }] : [];
    });
    if (back.length === 0) return;
    for (const one of back) this.logger.error('log.went_back', one);
    await this.epoch.renew();
    this.startOver();
  }

  private positionOf(dept: string): number {
    return this.feeds.get(dept)?.position ?? 0;
  }

  /** The last reader that leaves takes the feed's position with it. */
  private startOver(): void {
    for (const feed of this.feeds.all()) feed.reset();
  }
}
