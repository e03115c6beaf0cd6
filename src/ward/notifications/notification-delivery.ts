import { setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../platform/common/clock.js';
import { Logger } from '../../platform/logging/logger.js';
import { DueWorkScheduler } from '../../platform/scheduling/due-work-scheduler.js';
import { NotificationMetrics } from './notification-metrics.js';
import { NotificationOutbox } from './notification-outbox.js';
import { NOTIFIERS, type Notifier } from './notifier.js';
import { NotifierQueue } from './notifier-queue.js';

const SHUTDOWN_WAIT_MS = 3000;

/** A queue for each notifier. */
@Injectable()
export class NotificationDelivery implements OnModuleInit, BeforeApplicationShutdown {
  private readonly queues: NotifierQueue[];

  constructor(
    @Inject(NOTIFIERS) notifiers: readonly Notifier[],
    outbox: NotificationOutbox,
    metrics: NotificationMetrics,
    clock: Clock,
    logger: Logger,
    private readonly scheduler: DueWorkScheduler,
  ) {
    this.queues = notifiers.map((notifier) => new NotifierQueue(notifier, { outbox, metrics, clock, logger }));
  }

  onModuleInit(): void {
    for (const queue of this.queues) this.scheduler.register(queue);
  }

  async beforeApplicationShutdown(): Promise<void> {
    const ended = new AbortController();
    const limit = sleep(SHUTDOWN_WAIT_MS, undefined, { signal: ended.signal }).catch(() => undefined);
    await Promise.all(this.queues.map((queue) => queue.stop(limit)));
    ended.abort();
  }
}
