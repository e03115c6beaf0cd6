import { Injectable } from '@nestjs/common';
import { InjectMetric, makeHistogramProvider } from '@willsoto/nestjs-prometheus';
import { Histogram } from 'prom-client';
import { scrapedGauge } from '../../../platform/metrics/scraped-metrics.js';
import { EscalationWatchdog } from './escalation-watchdog.service.js';

export const escalationMetricProviders = [
  makeHistogramProvider({
    name: 'wardline_escalation_lateness_seconds',
    help: 'From a deadline to the run that handled it.',
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60],
  }),
  scrapedGauge(
    { name: 'wardline_escalation_overdue', help: 'Calls with a deadline that is more than ESCALATION_OVERDUE_SEC past.' },
    EscalationWatchdog,
    async (gauge, watchdog) => {
      // A scrape must not fail with the database: the last count stands, and `wardline_database_up` tells.
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
