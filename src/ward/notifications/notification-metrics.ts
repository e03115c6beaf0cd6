import { Injectable } from '@nestjs/common';
import { InjectMetric, makeCounterProvider } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';
import type { ExtensionFailure } from '../../platform/extensions/extension-guard.js';

export const notificationMetricProviders = [
  makeCounterProvider({
    name: 'wardline_notifications_total',
    help: 'Tries to tell a notifier of a call: delivered, failed, and given up for good.',
    labelNames: ['notifier', 'result'],
  }),
];

@Injectable()
export class NotificationMetrics {
  constructor(
    @InjectMetric('wardline_notifications_total') private readonly tries: Counter,
    @InjectMetric('wardline_extension_failures_total') private readonly failures: Counter,
  ) {}

  count(notifier: string, result: 'delivered' | 'failed' | 'given_up'): void {
    this.tries.inc({ notifier, result });
  }

  failed(reason: ExtensionFailure): void {
    this.failures.inc({ point: 'notifier', reason });
  }
}
