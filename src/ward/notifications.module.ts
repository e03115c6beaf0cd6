import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { Clock } from '../platform/common/clock.js';
import { type Implementation, provideAs } from '../platform/extensions/implementation.js';
import { ExtensionGuard } from '../platform/extensions/extension-guard.js';
import { Logger } from '../platform/logging/logger.js';
import { NOTIFIER_QUEUES, NotificationDelivery } from './notifications/notification-delivery.js';
import { NotificationMetrics, notificationMetricProviders } from './notifications/notification-metrics.js';
import { NotificationOutbox } from './notifications/notification-outbox.js';
import { type Notifier, NOTIFIERS } from './notifications/notifier.js';
import { NotifierQueue } from './notifications/notifier-queue.js';
import { NotifierSubscriptions } from './notifications/notifier-subscriptions.js';

/** Each under a token of its own: two of one class are two. */
function providersOf(notifiers: readonly Implementation<Notifier>[]): Provider[] {
  const tokens = notifiers.map((_, n) => Symbol(`notifier ${String(n)}`));
  const own = notifiers.map((one, n) => provideAs(tokens[n] as symbol, one));
  return [...own, { provide: NOTIFIERS, useFactory: (...made: Notifier[]) => made, inject: tokens }];
}

const queues: Provider = {
  provide: NOTIFIER_QUEUES,
  inject: [NOTIFIERS, ExtensionGuard, NotificationOutbox, NotificationMetrics, Clock, Logger],
  useFactory: (
    notifiers: readonly Notifier[],
    guard: ExtensionGuard,
    outbox: NotificationOutbox,
    metrics: NotificationMetrics,
    clock: Clock,
    logger: Logger,
  ) => notifiers.map((notifier) => new NotifierQueue(notifier, { guard, outbox, metrics, clock, logger })),
};

/** The systems outside of Wardline that are informed of calls: none, unless given. */
@Module({})
export class NotificationsModule {
  static with(notifiers: readonly Implementation<Notifier>[] = []): DynamicModule {
    return {
      module: NotificationsModule,
      providers: [
        ...notificationMetricProviders,
        ...providersOf(notifiers),
        NotificationMetrics,
        NotificationOutbox,
        NotifierSubscriptions,
        queues,
        NotificationDelivery,
      ],
    };
  }
}
