import { type DynamicModule, Module, type Provider, type Type } from '@nestjs/common';
import { NotificationDelivery } from './notifications/notification-delivery.js';
import { NotificationMetrics, notificationMetricProviders } from './notifications/notification-metrics.js';
import { NotificationOutbox } from './notifications/notification-outbox.js';
import { Notifier } from './notifications/notifier.js';
import { NotifierSubscriptions } from './notifications/notifier-subscriptions.js';

/** `{ provide: Notifier, useFactory: () => new WebhookNotifier({ url, secret }) }`. */
export type NotifierProvider = Exclude<Provider<Notifier>, Type>;

const NOBODY: Provider = { provide: Notifier, useValue: null };

/** Whoever outside of Wardline is told of annunciations: nobody, unless given. */
@Module({})
export class NotificationsModule {
  static with(notifier: NotifierProvider = NOBODY as NotifierProvider): DynamicModule {
    return {
      module: NotificationsModule,
      providers: [
        ...notificationMetricProviders,
        notifier,
        NotificationMetrics,
        NotificationOutbox,
        NotifierSubscriptions,
        NotificationDelivery,
      ],
    };
  }
}
