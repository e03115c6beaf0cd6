import { Injectable } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';
import { counterProvider } from '../../platform/metrics/metric-providers.js';

export const notificationMetricProviders = [
  counterProvider({
    name: 'wardline_notifications_total',
    help: 'Messages to notifiers about calls: delivered, failed, and given up.',
    labelNames: ['notifier', 'result'],
  }),
];

@Injectable()
export class NotificationMetrics {
  constructor(@InjectMetric('wardline_notifications_total') private readonly tries: Counter) {}

  count(notifier: string, result: 'delivered' | 'failed' | 'given_up'): void {
    this.tries.inc({ notifier, result });
  }
}
