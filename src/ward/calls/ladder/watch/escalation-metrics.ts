import { Injectable } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Histogram } from 'prom-client';
import { EscalationWatchdog } from './escalation-watchdog.service.js';
import { histogramProvider, scrapedGauge } from '../../../../platform/metrics/metric-providers.js';

export const escalationMetricProviders = [
  histogramProvider({
    name: 'wardline_escalation_lateness_seconds',
    help: 'From a deadline to the run that handled it.',
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60],
  }),
  scrapedGauge(
    { name: 'wardline_escalation_overdue', help: 'Calls with a deadline that is more than ESCALATION_OVERDUE_SEC past.' },
    EscalationWatchdog,
    async (gauge, watchdog) => {
      // A scrape must not fail with the database: the last count remains, and `wardline_database_up` shows the failure.
      const calls = await watchdog.overdue().catch(() => undefined);
      if (calls !== undefined) gauge.set(calls);
    },
  ),
];

@Injectable()
export class EscalationMetrics {
  constructor(@InjectMetric('wardline_escalation_lateness_seconds') private readonly lateness: Histogram) {}

  escalated(seconds: number): void {
    this.lateness.observe(seconds);
  }
}
