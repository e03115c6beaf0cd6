import { setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { DueWorkScheduler } from '../../platform/scheduling/due-work-scheduler.js';
import type { NotifierQueue } from './notifier-queue.js';

const SHUTDOWN_WAIT_MS = 3000;

/** A queue for each notifier. */
export const NOTIFIER_QUEUES = Symbol('notifier queues');

/** Runs the queues from the start to the drain. */
@Injectable()
export class NotificationDelivery implements OnModuleInit, BeforeApplicationShutdown {
  constructor(
    @Inject(NOTIFIER_QUEUES) private readonly queues: readonly NotifierQueue[],
    private readonly scheduler: DueWorkScheduler,
  ) {}

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
