import { Injectable } from '@nestjs/common';
import { Clock } from '../../../platform/common/clock.js';
import { Logger } from '../../../platform/logging/logger.js';
import { noteTraced } from '../../../platform/tracing/tracing.js';
import { encodeEvent, EventBatch } from '../../log/encoded-event.js';
import type { StoredEvent } from '../../log/event.js';
import { EventCatalog } from '../../log/event-catalog.js';
import { DeliveryListeners } from './delivery-listeners.js';
import type { DepartmentFeed } from './department-feed.js';
import { FeedMetrics } from './feed-metrics.js';

/** Encodes events once, whatever the number of readers, and gives them to a department's feed. */
@Injectable()
export class EventPublisher {
  constructor(
    private readonly catalog: EventCatalog,
    private readonly metrics: FeedMetrics,
    private readonly deliveryListeners: DeliveryListeners,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  encode(events: readonly StoredEvent[]): EventBatch | undefined {
    const now = this.clock.monotonic();
    return EventBatch.of(events.map((event) => encodeEvent(event, this.catalog.traitsOf(event.type), now)));
  }

  /** @param onError is called, after the readers have written, with an error of an observer */
  publish(feed: DepartmentFeed, batch: EventBatch, onError: (error: unknown) => void): void {
    const errors = feed.publish(batch);
    if (errors.length > 0) this.logger.error('events.readers_failed', { dept: feed.dept, readers: errors.length, error: errors[0] });
    this.announce(batch, feed.size, onError);
  }

  /** Readers write at the end of the turn; this comes right behind. */
  private announce(batch: EventBatch, readers: number, onError: (error: unknown) => void): void {
    process.nextTick(() => {
      try {
        this.metrics.published(batch, readers);
        this.trace(batch, readers);
        this.deliveryListeners.published(batch);
      } catch (error) {
        onError(error);
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
}
