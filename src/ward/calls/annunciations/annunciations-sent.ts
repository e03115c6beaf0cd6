import { Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Logger } from '../../../platform/logging/logger.js';
import { Database } from '../../../platform/database/database.js';
import type { EventBatch } from '../../../events/log/encoded-event.js';
import { DeliveryListeners } from '../../../events/delivery/feed/delivery-listeners.js';
import { Connections } from '../../../realtime/connection/connections.js';
import type { CallEventData } from '../call-events.js';
import { CallMetrics } from '../projections/call-metrics.js';
import { askingsUpTo, furthest, markAnnunciations, type Progress, progressColumns } from './mark-annunciations.js';
import { DeliveryProgress } from '../../../events/delivery/delivery-progress.js';
import { CoalescedWrites } from './coalesced-writes.js';

const FLUSH_MS = 100;
const MAX_WAITING = 10_000;
/** In one statement. */
const MOST_AT_ONCE = 200;

const markSent = markAnnunciations('mark_sent', 'sent_at = app_now()', 'sent_at', askingsUpTo('AND a.sent_at IS NULL'));

/**
 * Writes down when a call went out to those who are asked: live, by replay, in a snapshot, by a page of the log or a long poll. A notifier's
 * delivery is written down with its outbox.
 */
@Injectable()
export class AnnunciationsSent implements OnModuleInit, BeforeApplicationShutdown {
  private readonly sent: CoalescedWrites<Progress>;

  constructor(
    private readonly deliveryListeners: DeliveryListeners,
    private readonly progress: DeliveryProgress,
    private readonly connections: Connections,
    private readonly database: Database,
    private readonly metrics: CallMetrics,
    logger: Logger,
  ) {
    this.sent = new CoalescedWrites<Progress>(
      {
        everyMs: FLUSH_MS,
        mostWaiting: MAX_WAITING,
        mostAtOnce: MOST_AT_ONCE,
        newer: furthest,
        event: 'annunciations.sent_not_written',
        write: async (people) => {
          await this.database.query(markSent, progressColumns(people));
        },
      },
      logger,
    );
  }

  onModuleInit(): void {
    this.deliveryListeners.add((batch) => {
      this.noteLive(batch);
    });
    this.progress.add({
      handed: (staffId, dept, seq) => {
        this.note(staffId, dept, seq);
      },
    });
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.sent.stop();
  }

  private noteLive(batch: EventBatch): void {
    for (const event of batch.events) {
      if (!event.critical || !event.type.startsWith('call.')) continue;
      const { data } = JSON.parse(event.text) as { data: CallEventData };
      const isNew = event.type === 'call.pending' && data.from === undefined && data.reason === undefined;
      for (const { staff_id } of data.call.recipients) {
        if (!this.connections.isFollowing(staff_id, event.dept)) continue;
        if (isNew) this.metrics.sent(event.bornAt);
        this.note(staff_id, event.dept, event.seq);
      }
    }
  }

  private note(staffId: string, dept: string, seq: number): void {
    this.sent.add(`${staffId}/${dept}`, { staffId, dept, seq });
  }
}
