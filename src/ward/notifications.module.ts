import { type DynamicModule, Module, type Provider, type Type } from '@nestjs/common';
import { NotificationDelivery } from './notifications/notification-delivery.js';
import { NotificationMetrics, notificationMetricProviders } from './notifications/notification-metrics.js';
import { NotificationOutbox } from './notifications/notification-outbox.js';
import { Notifier, NOTIFIERS } from './notifications/notifier.js';
import { NotifierSubscriptions } from './notifications/notifier-subscriptions.js';

/** `{ provide: Notifier, useFactory: () => new WebhookNotifier({ url, secret }) }`. */
export type NotifierProvider = Exclude<Provider<Notifier>, Type>;

/** Each under a token of its own: two of one class are two. */
function providersOf(notifiers: readonly NotifierProvider[]): Provider[] {
  const own = notifiers.map((provider, n) => ({ ...provider, provide: Symbol(`notifier ${String(n)}`) }));
  const all = { provide: NOTIFIERS, useFactory: (...made: Notifier[]) => made, inject: own.map(({ provide }) => provide) };
  return [...own, all];
}

/** The systems outside of Wardline that are informed of calls: none, unless given. */
@Module({})
export class NotificationsModule {
  static with(notifiers: readonly NotifierProvider[] = []): DynamicModule {
    return {
      module: NotificationsModule,
      providers: [
        ...notificationMetricProviders,
        ...providersOf(notifiers),
        NotificationMetrics,
        NotificationOutbox,
        NotifierSubscriptions,
        NotificationDelivery,
      ],
    };
  }
}
