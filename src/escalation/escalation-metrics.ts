import { Injectable } from '@nestjs/common';
import { InjectMetric, makeGaugeProvider, makeHistogramProvider } from '@willsoto/nestjs-prometheus';
import { Gauge, Histogram } from 'prom-client';

export const escalationMetricProviders = [
  makeHistogramProvider({
    name: 'wardline_escalation_lateness_seconds',
    help: 'From a deadline to the run that handled it.',
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60],
  }),
  makeGaugeProvider({
    name: 'wardline_escalation_overdue',
    help: 'Pending calls whose deadline is more than ESCALATION_OVERDUE_SEC past.',
  }),
];

@Injectable()
export class EscalationMetrics {
  constructor(
    @InjectMetric('wardline_escalation_lateness_seconds') private readonly lateness: Histogram,
    @InjectMetric('wardline_escalation_overdue') private readonly overdueCalls: Gauge,
  ) {}

  escalated(seconds: number): void {
    this.lateness.observe(seconds);
  }

  overdue(calls: number): void {
    this.overdueCalls.set(calls);
  }
}
