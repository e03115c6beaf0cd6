import type { Clock } from '../../platform/common/clock.js';
import type { Logger } from '../../platform/logging/logger.js';
import type { DueWork } from '../../platform/scheduling/due-work.js';
import type { ExtensionGuard } from '../../platform/extensions/extension-guard.js';
import type { NotificationMetrics } from './notification-metrics.js';
import type { Leased, NotificationOutbox } from './notification-outbox.js';
import type { Notifier } from './notifier.js';

const MAX_IN_FLIGHT = 16;
/** Asked, and not settled long after their time: with more, nobody is asked until one settles. */
const MAX_UNSETTLED = 64;
/** Less than a lease. */
const TRY_LIMIT_MS = 20_000;
/** A lease that took longer to get than this may be over before the try is: it is left to end. */
const LATE_LEASE_MS = 30_000;
/** A new message is sent within this time. */
const LOOK_EVERY_MS = 250;
const FULL_PAUSE_MS = 20;
const MAX_ANSWER = 200;

export interface NotifierQueueParts {
  guard: ExtensionGuard;
  outbox: NotificationOutbox;
  metrics: NotificationMetrics;
  clock: Clock;
  logger: Logger;
}

/**
 * One notifier's queue. A try runs apart from the loop that leases, so that a slow receiver neither stops the others nor makes the loop look stuck.
 */
export class NotifierQueue implements DueWork {
  readonly name: string;
  /** The notifier is guarded where it is asked. */
  readonly isTrusted = true;
  private readonly inFlight = new Map<Promise<void>, AbortController>();
  private unsettled = 0;
  private stopped = false;

  constructor(
    private readonly notifier: Notifier,
    private readonly parts: NotifierQueueParts,
  ) {
    this.name = `notifications:${notifier.name}`;
  }

  /** Leases nothing any more; tries that do not end in time are aborted, and made by another node when their lease is over. */
  async stop(limit: Promise<unknown>): Promise<void> {
    this.stopped = true;
    await Promise.race([Promise.all(this.inFlight.keys()), limit]);
    for (const abort of this.inFlight.values()) abort.abort();
  }

  async handleOne(): Promise<boolean> {
    if (this.stopped || this.isFull()) return false;
    const asked = this.parts.clock.monotonic();
    const leased = await this.parts.outbox.lease(this.notifier.name);
    if (!leased || this.parts.clock.monotonic() - asked > LATE_LEASE_MS) return false;
    const abort = new AbortController();
    const delivery = this.deliver(leased, abort).finally(() => this.inFlight.delete(delivery));
    this.inFlight.set(delivery, abort);
    return true;
  }

  async nextDueIn(): Promise<number | undefined> {
    if (this.isFull()) return FULL_PAUSE_MS;
    return Math.min(LOOK_EVERY_MS, (await this.parts.outbox.nextDueIn(this.notifier.name)) ?? LOOK_EVERY_MS);
  }

  private isFull(): boolean {
    return this.inFlight.size >= MAX_IN_FLIGHT || this.unsettled >= MAX_UNSETTLED;
  }

  /** Never rejects. */
  private async deliver(leased: Leased, abort: AbortController): Promise<void> {
    const { metrics, clock, logger } = this.parts;
    const { id, type, call_id, staff_id } = leased.notification;
    const fields = { notifier: this.notifier.name, message_id: id, type, call_id, staff_id, tries: leased.tries };
    const started = clock.monotonic();
    const seconds = () => (clock.monotonic() - started) / 1000;
    try {
      const answer = await this.ask(leased, abort);
      metrics.count(this.notifier.name, 'delivered');
      await this.settle(fields, leased, { isDelivered: true, answer, seconds: seconds() });
    } catch (error) {
      metrics.count(this.notifier.name, 'failed');
      logger.warn('notification.failed', { ...fields, error });
      const answer = error instanceof Error ? error.message : 'failed';
      await this.settle(fields, leased, { isDelivered: false, answer, seconds: seconds() });
    }
  }

  /** A result that cannot be written is tried again at the end of the lease. */
  private async settle(
    fields: Record<string, unknown>,
    leased: Leased,
    outcome: Parameters<NotificationOutbox['settle']>[2],
  ): Promise<void> {
    const { outbox, metrics, logger } = this.parts;
    const answer = outcome.answer?.slice(0, MAX_ANSWER).replaceAll('\u0000', '');
    try {
      if ((await outbox.settle(this.notifier.name, leased, { ...outcome, answer })) !== 'given_up') return;
      metrics.count(this.notifier.name, 'given_up');
      logger.error('notification.given_up', fields);
    } catch (error) {
      logger.warn('notification.not_settled', { ...fields, error });
    }
  }

  /** @throws what the notifier throws, and where it is late, answers neither text nor nothing, or is off */
  private ask({ notification }: Leased, abort: AbortController): Promise<string | undefined> {
    return this.parts.guard.call<string | undefined>({
      point: `notifier ${this.notifier.name}`,
      label: 'notifier',
      deadlineMs: TRY_LIMIT_MS,
      isBackground: true,
      isAnswer: () => false,
      stop: abort.signal,
      work: async (signal) => {
        this.unsettled++;
        try {
          return (await this.notifier.notify(notification, signal)) as string | undefined;
        } finally {
          this.unsettled--;
        }
      },
      isValid: (answer) => answer === undefined || typeof answer === 'string',
      fallback: (failure) => {
        throw failure ?? new Error(`the notifier ${this.notifier.name} is off`);
      },
    });
  }
}
