import { Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../../platform/common/clock.js';
import { Logger } from '../../../platform/logging/logger.js';
import { Database } from '../../../platform/database/database.js';
import type { EventBatch } from '../../../events/log/encoded-event.js';
import { FeedTaps } from '../../../events/delivery/feed-taps.js';
import { Connections } from '../../../realtime/connection/connections.js';
import type { CallEventData } from '../call-events.js';
import { CallMetrics } from '../call-metrics.js';
import { markAnnunciations } from './mark-annunciations.js';

const FLUSH_MS = 100;
const MAX_WAITING = 10_000;

const markSent = markAnnunciations('mark_sent', 'sent_at');

/** Writes down when a call went out to the sockets of those it is meant for: in batches, beside the way of the events. */
@Injectable()
export class AnnunciationsSent implements OnModuleInit, BeforeApplicationShutdown {
  private waiting = new Map<string, [callId: string, staffId: string]>();
  private timer: NodeJS.Timeout | undefined;
  private flushing: Promise<void> = Promise.resolve();

  constructor(
    private readonly taps: FeedTaps,
    private readonly connections: Connections,
    private readonly database: Database,
    private readonly metrics: CallMetrics,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.taps.add((batch) => {
      this.note(batch);
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearTimeout(this.timer);
    await this.flushing;
    await this.flush();
  }

  private note(batch: EventBatch): void {
    for (const event of batch.events) {
      if (!event.critical || !event.type.startsWith('call.')) continue;
      const { data } = JSON.parse(event.text) as { data: CallEventData };
      const isNew = event.type === 'call.pending' && data.from === undefined && data.reason === undefined;
      for (const { staff_id } of data.call.recipients) {
        if (!this.connections.isFollowing(staff_id, event.dept)) continue;
        if (isNew) this.metrics.sent(Math.max(0, this.clock.monotonic() - event.bornAt));
        if (this.waiting.size < MAX_WAITING) this.waiting.set(`${data.call_id}/${staff_id}`, [data.call_id, staff_id]);
      }
    }
    if (this.waiting.size > 0)
      this.timer ??= setTimeout(() => {
        this.flushing = this.flush();
      }, FLUSH_MS);
  }

  /** Never rejects: what could not be written is a missing time, not a missing call. */
  private async flush(): Promise<void> {
    this.timer = undefined;
    const sent = [...this.waiting.values()];
    this.waiting = new Map();
    if (sent.length === 0) return;
    try {
      await this.database.query(markSent, [sent.map(([callId]) => callId), sent.map(([, staffId]) => staffId)]);
    } catch (error) {
      this.logger.warn('annunciations.sent_not_written', { count: sent.length, error });
    }
  }
}
