import { Inject, Injectable } from '@nestjs/common';
import { Logger } from '../../../platform/logging/logger.js';
import { REALTIME_SETTINGS } from '../../../platform/config/config.module.js';
import type { RealtimeSettings } from '../../../platform/config/settings/realtime.settings.js';
import { SerialTask } from '../../../platform/scheduling/serial-task.js';
import type { EncodedEvent } from '../../log/encoded-event.js';
import type { StoredEvent } from '../../log/event.js';
import { EventLog } from '../../log/event-log.js';
import type { DepartmentFeed } from './department-feed.js';
import { EventPublisher } from './event-publisher.js';
import { FeedMetrics } from './feed-metrics.js';
import { Feeds } from './feeds.js';

/** Brings each department's feed up to its log, without a hole: from events that this node has just appended, or by pages of the log. */
@Injectable()
export class DepartmentReads {
  /** A read of each department that was ever followed here: one at a time, once more for a wake-up during it. */
  private readonly reads = new Map<string, SerialTask>();
  private stopped = false;
  private failing = false;

  constructor(
    private readonly log: EventLog,
    private readonly feeds: Feeds,
    private readonly publisher: EventPublisher,
    private readonly metrics: FeedMetrics,
    private readonly logger: Logger,
    @Inject(REALTIME_SETTINGS) private readonly settings: RealtimeSettings,
  ) {}

  /** @param events that were just appended here; undefined where another node has written */
  notified(dept: string, events: readonly StoredEvent[] | undefined): void {
    if (!events || !this.handOut(dept, events)) this.read(dept);
  }

  /** Reads the department, where its feed is not yet at this head. */
  readTo(dept: string, head: number): void {
    const feed = this.feeds.get(dept);
    if (feed && head > feed.position) this.read(dept);
  }

  /** Logs the first of several failures. Until `recovered`, events are read and not handed out directly. */
  failed(error: unknown): void {
    if (this.stopped) return;
    if (!this.failing) this.logger.error('events.poll_failed', { error });
    this.failing = true;
    this.metrics.failed();
  }

  recovered(): void {
    this.failing = false;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all([...this.reads.values()].map((read) => read.stop()));
  }

  private read(dept: string): void {
    if (this.stopped || !this.feeds.get(dept)) return;
    let read = this.reads.get(dept);
    if (!read) {
      read = new SerialTask(() => this.readPages(dept), this.onError);
      this.reads.set(dept, read);
    }
    void read.request();
  }

  /** Two transactions of this node may have their answers in another order than their commits: then the department is read. @returns false to have it read */
  private handOut(dept: string, events: readonly StoredEvent[]): boolean {
    const feed = this.feeds.get(dept);
    if (!feed || this.stopped) return true;
    if (this.failing || events[0]?.seq !== feed.position + 1) return false;
    const batch = this.publisher.encode(events);
    if (batch) this.publisher.publish(feed, batch, this.onError);
    return true;
  }

  private async readPages(dept: string): Promise<void> {
    const feed = this.feeds.get(dept);
    if (!feed) return;
    for (let full = true; full && feed.size > 0 && !this.stopped;) {
      const rows = await this.log.page(feed.dept, feed.position, this.settings.POLL_BATCH_SIZE, 'poller');
      // Some of it may have been handed out while it was read.
      const batch = this.publisher.encode(rows.filter(({ seq }) => seq > feed.position));
      if (batch && !this.isNext(feed, batch.events)) return;
      if (batch) this.publisher.publish(feed, batch, this.onError);
      full = rows.length === this.settings.POLL_BATCH_SIZE;
    }
  }

  /** A hole in the log is an alarm, and is never handed on: readers start again from a snapshot. */
  private isNext(feed: DepartmentFeed, events: readonly EncodedEvent[]): boolean {
    const hole = events.findIndex((event, i) => event.seq !== feed.position + 1 + i);
    if (hole === -1) return true;
    this.logger.error('events.gap', { dept: feed.dept, expected: feed.position + 1 + hole, found: events[hole]?.seq });
    this.metrics.gap();
    feed.reset();
    return false;
  }

  private readonly onError = (error: unknown): void => {
    this.failed(error);
  };
}
