import { Injectable } from '@nestjs/common';
import { InjectMetric, makeCounterProvider } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';

export const notificationMetricProviders = [
  makeCounterProvider({
    name: 'wardline_notifications_total',
    help: 'Tries to tell a notifier of an annunciation: delivered, failed, and given up for good.',
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
