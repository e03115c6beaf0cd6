import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '../../platform/common/clock.js';
import { Logger } from '../../platform/logging/logger.js';
import { noteTraced } from '../../platform/tracing/tracing.js';
import { REALTIME_SETTINGS } from '../../platform/config/config.module.js';
import type { RealtimeSettings } from '../../platform/config/settings/realtime.settings.js';
import type { DepartmentFeed } from './department-feed.js';
import { EncodedEvent, encodeEvent, EventBatch } from '../log/encoded-event.js';
import type { StoredEvent } from '../log/event.js';
import { EventCatalog } from '../log/event-catalog.js';
import { EventLog } from '../log/event-log.js';
import { DeliveryListeners } from './delivery-listeners.js';
import { Feeds } from './feeds.js';
import { FeedMetrics } from './feed-metrics.js';
import { HistoryWatch } from './history-watch.js';
import { LogNotifier } from '../log/log-notifier.js';
import { SerialTask } from '../../platform/scheduling/serial-task.js';

/**
 * Hands out what this node's readers lack: what the node itself has just appended, where it follows what they have; else a department is read at once
 * when it is woken, and all of them every POLL_INTERVAL_MS. Each event is read and encoded once, whatever the number of readers.
 */
@Injectable()
export class EventPoller implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** A read of each department that was ever followed here: one at a time, once more for a wake-up during it. */
  private readonly reads = new Map<string, SerialTask>();
  private readonly sweeps = new SerialTask(() => this.sweep());
  private intervalMs: number;
  private sweptAt = 0;
  private hasStarted = false;
  private stopped = false;
  private failing = false;
  private lastGoodTick = 0;

  constructor(
    private readonly log: EventLog,
    private readonly feeds: Feeds,
    private readonly history: HistoryWatch,
    private readonly catalog: EventCatalog,
    private readonly metrics: FeedMetrics,
    private readonly deliveryListeners: DeliveryListeners,
    logNotifier: LogNotifier,
    private readonly clock: Clock,
    private readonly logger: Logger,
    @Inject(REALTIME_SETTINGS) private readonly settings: RealtimeSettings,
  ) {
    this.intervalMs = settings.POLL_INTERVAL_MS;
    logNotifier.onNotify((dept, events) => {
      if (!events || !this.handOut(dept, events)) this.read(dept);
    });
  }

  /** Milliseconds since the last interval at which all heads were read. */
  get silence(): number {
    return this.clock.monotonic() - this.lastGoodTick;
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.history.begin();
    this.lastGoodTick = this.clock.monotonic();
    this.sweptAt = this.lastGoodTick;
    this.hasStarted = true;
    this.schedule();
  }

  /** Holds until the next call. */
  pollEvery(intervalMs: number): void {
    if (intervalMs === this.intervalMs) return;
    this.intervalMs = intervalMs;
    if (this.hasStarted) this.schedule();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    await Promise.all([this.history.end(), this.sweeps.stop(), ...[...this.reads.values()].map((read) => read.stop())]);
  }

  /** From the start of a sweep to that of the next: a slow one does not delay the one after it. */
  private schedule(): void {
    this.sweeps.repeat(() => Math.max(0, this.intervalMs - (this.clock.monotonic() - this.sweptAt)));
  }

  /** The net under the wake-ups. Also notices a database with another history. */
  private async sweep(): Promise<void> {
    const started = this.clock.monotonic();
    this.sweptAt = started;
    try {
      for (const { dept, head } of await this.history.heads()) {
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

  private read(dept: string): void {
    if (this.stopped || !this.feeds.get(dept)) return;
    let read = this.reads.get(dept);
    if (!read) {
      read = new SerialTask(
        () => this.readPages(dept),
        (error) => {
          this.failed(error);
        },
      );
      this.reads.set(dept, read);
    }
    void read.request();
  }

  /** Two transactions of this node may have their answers in another order than their commits: then the department is read. @returns false to have it read */
  private handOut(dept: string, events: readonly StoredEvent[]): boolean {
    const feed = this.feeds.get(dept);
    if (!feed || this.stopped) return true;
    if (this.failing || events[0]?.seq !== feed.position + 1) return false;
    const batch = this.encode(events);
    if (batch) this.publish(feed, batch);
    return true;
  }

  private encode(events: readonly StoredEvent[]): EventBatch | undefined {
    const now = this.clock.monotonic();
    const [head, ...rest] = events.map((event) => encodeEvent(event, this.catalog.traitsOf(event.type), now));
    return head && new EventBatch([head, ...rest]);
  }

  private publish(feed: DepartmentFeed, batch: EventBatch): void {
    const errors = feed.publish(batch);
    if (errors.length > 0) this.logger.error('events.readers_failed', { dept: feed.dept, readers: errors.length, error: errors[0] });
    this.announce(batch, feed.size);
  }

  private async readPages(dept: string): Promise<void> {
    const feed = this.feeds.get(dept);
    if (!feed) return;
    for (let full = true; full && feed.size > 0 && !this.stopped;) {
      const rows = await this.log.page(feed.dept, feed.position, this.settings.POLL_BATCH_SIZE, 'poller');
      // Some of it may have been handed out while it was read.
      const batch = this.encode(rows.filter(({ seq }) => seq > feed.position));
      if (batch && !this.isNext(feed, batch.events)) return;
      if (batch) this.publish(feed, batch);
      full = rows.length === this.settings.POLL_BATCH_SIZE;
    }
  }

  /** Readers write at the end of the turn; this comes right behind. */
  private announce(batch: EventBatch, readers: number): void {
    process.nextTick(() => {
      try {
        this.metrics.published(batch, readers);
        this.trace(batch, readers);
        this.deliveryListeners.published(batch);
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

  /** A hole in the log is an alarm, and is never handed on: readers start again from a snapshot. */
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
