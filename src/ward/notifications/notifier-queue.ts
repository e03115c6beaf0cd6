import type { Clock } from '../../platform/common/clock.js';
import type { Logger } from '../../platform/logging/logger.js';
import type { DueWork } from '../../platform/scheduling/due-work.js';
import type { ExtensionFailure } from '../../platform/extensions/extension-guard.js';
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
/** What was just added is told within this time. */
const LOOK_EVERY_MS = 250;
const FULL_PAUSE_MS = 20;
const MAX_ANSWER = 200;

export interface NotifierQueueParts {
  outbox: NotificationOutbox;
  metrics: NotificationMetrics;
  clock: Clock;
  logger: Logger;
}

/** The answer of a notifier that is neither text nor nothing. */
class InvalidAnswer extends Error {
  override readonly name = 'InvalidAnswer';

  constructor() {
    super('the notifier answered neither text nor nothing');
  }
}

class TooLate extends Error {
  override readonly name = 'TooLate';

  constructor() {
    super(`not settled within ${String(TRY_LIMIT_MS)} ms`);
  }
}

/**
 * One notifier's queue. A try runs apart from the loop that leases, so that a slow receiver neither stops the others nor makes the loop look stuck.
 */
export class NotifierQueue implements DueWork {
  readonly name: string;
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
      metrics.failed(reasonOf(error));
      logger.warn('notification.failed', { ...fields, error });
      const answer = error instanceof Error ? error.message : 'failed';
      await this.settle(fields, leased, { isDelivered: false, answer, seconds: seconds() });
    }
  }

  /** What cannot be written down is tried again at the end of the lease. */
  private async settle(
    fields: Record<string, unknown>,
    leased: Leased,
    outcome: Parameters<NotificationOutbox['settle']>[2],
  ): Promise<void> {
    const { outbox, metrics, logger } = this.parts;
    const answer = outcome.answer?.replaceAll('\u0000', '').slice(0, MAX_ANSWER);
    try {
      if ((await outbox.settle(this.notifier.name, leased, { ...outcome, answer })) !== 'given_up') return;
      metrics.count(this.notifier.name, 'given_up');
      logger.error('notification.given_up', fields);
    } catch (error) {
      logger.warn('notification.not_settled', { ...fields, error });
    }
  }

  /** @throws TooLate, InvalidAnswer, and what the notifier throws: before it has a promise, too */
  private async ask({ notification }: Leased, abort: AbortController): Promise<string | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new TooLate());
        abort.abort();
      }, TRY_LIMIT_MS);
    });
    this.unsettled++;
    const asked = (async (): Promise<unknown> => this.notifier.notify(notification, abort.signal))().finally(() => this.unsettled--);
    try {
      const answer = await Promise.race([asked, limit]);
      if (answer !== undefined && typeof answer !== 'string') throw new InvalidAnswer();
      return answer;
    } finally {
      clearTimeout(timer);
      // After its time nobody waits for it any more.
      asked.catch(() => undefined);
    }
  }
}

function reasonOf(error: unknown): ExtensionFailure {
  if (error instanceof TooLate) return 'timeout';
  return error instanceof InvalidAnswer ? 'invalid' : 'threw';
}
