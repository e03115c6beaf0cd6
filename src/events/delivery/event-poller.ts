import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '../../platform/common/clock.js';
import { Logger } from '../../platform/logging/logger.js';
import { noteTraced } from '../../platform/tracing/tracing.js';
import { REALTIME_SETTINGS } from '../../platform/config/config.module.js';
import type { RealtimeSettings } from '../../platform/config/realtime.settings.js';
import type { DepartmentFeed } from './department-feed.js';
import { EncodedEvent, encodeEvent, EventBatch } from '../log/encoded-event.js';
import { EventCatalog } from '../log/event-catalog.js';
import { EventLog } from '../log/event-log.js';
import { FeedTaps } from './feed-taps.js';
import { Feeds } from './feeds.js';
import { LogEpoch } from '../log/log-epoch.js';
import { FeedMetrics } from './feed-metrics.js';
import { WakeUps } from '../log/wake-ups.js';

/**
 * Reads what this node's readers lack: a department at once when it is woken, all of them every POLL_INTERVAL_MS. Each
 * event is read and encoded once, whatever the number of readers.
 */
@Injectable()
export class EventPoller implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly reading = new Map<string, Promise<void>>();
  private readonly again = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private intervalMs: number;
  private sweeping: Promise<void> | undefined;
  private stopped = false;
  private failing = false;
  private lastGoodTick = 0;

  constructor(
    private readonly log: EventLog,
    private readonly feeds: Feeds,
    private readonly epoch: LogEpoch,
    private readonly catalog: EventCatalog,
    private readonly metrics: FeedMetrics,
    private readonly taps: FeedTaps,
    wakeUps: WakeUps,
    private readonly clock: Clock,
    private readonly logger: Logger,
    @Inject(REALTIME_SETTINGS) private readonly settings: RealtimeSettings,
  ) {
    this.intervalMs = settings.POLL_INTERVAL_MS;
    wakeUps.listen((dept) => {
      this.read(dept);
    });
  }

  /** Milliseconds since the last interval at which all heads were read. */
  get silence(): number {
    return this.clock.monotonic() - this.lastGoodTick;
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.epoch.refresh();
    this.lastGoodTick = this.clock.monotonic();
    this.schedule();
  }

  /** From now on, until told otherwise. */
  pollEvery(intervalMs: number): void {
    if (intervalMs === this.intervalMs) return;
    this.intervalMs = intervalMs;
    if (this.timer && !this.stopped) this.schedule();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await Promise.all([this.sweeping, ...this.reading.values()]);
  }

  private schedule(): void {
    clearInterval(this.timer);
    this.timer = setInterval(() => {
      this.sweeping ??= this.sweep().finally(() => (this.sweeping = undefined));
    }, this.intervalMs);
  }

  /** The net under the wake-ups. Also notices a database that is back with another history. */
  private async sweep(): Promise<void> {
    const started = this.clock.monotonic();
    try {
      if (this.failing && (await this.epoch.refresh())) for (const feed of this.feeds.all()) feed.reset();
      const heads = await this.log.heads(this.feeds.departments());
      for (const { dept, head } of heads) {
        const feed = this.feeds.get(dept);
        if (feed && head > feed.position) this.read(dept);
      }
      this.failing = false;
      this.lastGoodTick = this.clock.monotonic();
      this.metrics.polled((this.lastGoodTick - started) / 1000);
    } catch (error) {
      this.failed(error);
    }
  }

  /** One read of a department at a time; a wake-up during it makes it read once more. */
  private read(dept: string): void {
    const feed = this.feeds.get(dept);
    if (this.stopped || !feed) return;
    if (this.reading.has(dept)) {
      this.again.add(dept);
      return;
    }
    const reading = this.readPages(feed)
      .catch((error: unknown) => {
        this.failed(error);
      })
      .finally(() => {
        this.reading.delete(dept);
        if (this.again.delete(dept)) this.read(dept);
      });
    this.reading.set(dept, reading);
  }

  private async readPages(feed: DepartmentFeed): Promise<void> {
    for (let full = true; full && feed.size > 0 && !this.stopped;) {
      const rows = await this.log.page(feed.dept, feed.position, this.settings.POLL_BATCH_SIZE, 'poller');
      const now = this.clock.monotonic();
      const [head, ...rest] = rows.map((row) => encodeEvent(row, this.catalog.traitsOf(row.type), now));
      if (!head) return;
      if (!this.isNext(feed, [head, ...rest])) return;
      const batch = new EventBatch([head, ...rest]);
      feed.publish(batch);
      this.announce(batch, feed.size);
      full = rows.length === this.settings.POLL_BATCH_SIZE;
    }
  }

  /** Readers write at the end of the turn; this comes right behind. */
  private announce(batch: EventBatch, readers: number): void {
    process.nextTick(() => {
      try {
        this.metrics.published(batch, readers);
        this.trace(batch, readers);
        this.taps.published(batch);
      } catch (error) {
        this.failed(error);
      }
    });
  }

  /** Ends each event's trace on this node: from its place in the log to the last of its readers here. */
  private trace({ events }: EventBatch, readers: number): void {
    for (const { trace, type, dept, seq, bornAt } of events) {
      if (trace === null) continue;
      const started = this.clock.now() - (this.clock.monotonic() - bornAt);
      noteTraced('event.deliver', { type, dept, seq, readers }, trace, started);
    }
  }

  /** A hole in the log is an alarm, and never handed on: readers start anew from a snapshot. */
  private isNext(feed: DepartmentFeed, events: readonly EncodedEvent[]): boolean {
    const hole = events.findIndex((event, i) => event.seq !== feed.position + 1 + i);
    if (hole === -1) return true;
    this.logger.error('events.gap', { dept: feed.dept, expected: feed.position + 1 + hole, found: events[hole]?.seq });
    this.metrics.gap();
    feed.reset();
    return false;
  }

  private failed(error: unknown): void {
    if (this.stopped) return;
    if (!this.failing) this.logger.error('events.poll_failed', { error });
    this.failing = true;
    this.metrics.failed();
  }
}
