import { setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Logger } from '../../platform/logging/logger.js';
import type { DueWork } from '../../platform/scheduling/due-work.js';
import { DueWorkScheduler } from '../../platform/scheduling/due-work-scheduler.js';
import { NotificationMetrics } from './notification-metrics.js';
import { type Leased, NotificationOutbox } from './notification-outbox.js';
import { type Annunciation, Notifier } from './notifier.js';

const MAX_TRIES = 10;
const MAX_IN_FLIGHT = 16;
/** Less than a lease. */
const TRY_LIMIT_MS = 20_000;
/** What was just added is told within this time. */
const LOOK_EVERY_MS = 250;
const FULL_PAUSE_MS = 20;
const SHUTDOWN_WAIT_MS = 3000;

/**
 * Tells the notifier, if there is one. A try runs beside the loop that leases, so that a slow receiver neither stops the others nor makes
 * the loop look stuck.
 */
@Injectable()
export class NotificationDelivery implements OnModuleInit, BeforeApplicationShutdown, DueWork {
  readonly name = 'notifications';
  private readonly inFlight = new Set<Promise<void>>();
  private stopped = false;

  constructor(
    @Inject(Notifier) private readonly notifier: Notifier | null,
    private readonly outbox: NotificationOutbox,
    private readonly metrics: NotificationMetrics,
    private readonly scheduler: DueWorkScheduler,
    private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    if (this.notifier) this.scheduler.register(this);
  }

  /** What does not end in time is told again, when its lease is over. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    await within(SHUTDOWN_WAIT_MS, Promise.all(this.inFlight)).catch(() => undefined);
  }

  async handleOne(): Promise<boolean> {
    if (!this.notifier || this.stopped || this.isFull()) return false;
    const leased = await this.outbox.lease(this.notifier.name);
    if (!leased) return false;
    const delivery = this.deliver(this.notifier, leased).finally(() => this.inFlight.delete(delivery));
    this.inFlight.add(delivery);
    return true;
  }

  async nextDueIn(): Promise<number | undefined> {
    if (!this.notifier) return undefined;
    if (this.isFull()) return FULL_PAUSE_MS;
    return Math.min(LOOK_EVERY_MS, (await this.outbox.nextDueIn(this.notifier.name)) ?? LOOK_EVERY_MS);
  }

  private isFull(): boolean {
    return this.inFlight.size >= MAX_IN_FLIGHT;
  }

  /** Never rejects. */
  private async deliver(notifier: Notifier, leased: Leased): Promise<void> {
    const { annunciation, tries } = leased;
    const fields = { notifier: notifier.name, call_id: annunciation.call_id, staff_id: annunciation.staff_id, tries };
    try {
      await within(TRY_LIMIT_MS, ask(notifier, annunciation));
      this.metrics.count(notifier.name, 'delivered');
      await this.settle(fields, this.outbox.remove(notifier.name, leased));
    } catch (error) {
      const isLast = tries >= MAX_TRIES;
      this.metrics.count(notifier.name, 'failed');
      this.logger.warn('notification.failed', { ...fields, error });
      if (isLast) {
        this.metrics.count(notifier.name, 'given_up');
        this.logger.error('notification.given_up', fields);
      }
      await this.settle(fields, isLast ? this.outbox.remove(notifier.name, leased) : this.outbox.postpone(notifier.name, leased));
    }
  }

  /** What cannot be written down is tried again at the end of the lease. */
  private async settle(fields: Record<string, unknown>, writing: Promise<void>): Promise<void> {
    await writing.catch((error: unknown) => {
      this.logger.warn('notification.not_settled', { ...fields, error });
    });
  }
}

/** A notifier that throws before it has a promise has failed like any other. */
async function ask(notifier: Notifier, annunciation: Annunciation): Promise<void> {
  await notifier.notify(annunciation);
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const ended = new AbortController();
  const limit = sleep(ms, undefined, { signal: ended.signal, ref: false }).then(() => {
    throw new Error(`not settled within ${String(ms)} ms`);
  });
  limit.catch(() => undefined);
  try {
    return await Promise.race([work, limit]);
  } finally {
    ended.abort();
  }
}
