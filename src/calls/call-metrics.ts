import { Injectable } from '@nestjs/common';
import { InjectMetric, makeGaugeProvider, makeHistogramProvider } from '@willsoto/nestjs-prometheus';
import { Histogram } from 'prom-client';
import type { CallView } from './call.js';

export const callMetricProviders = [
  makeHistogramProvider({
    name: 'wardline_call_accept_seconds',
    help: 'From the press to its acceptance, by type of call.',
    labelNames: ['type'],
    buckets: [1, 2.5, 5, 10, 20, 30, 60, 90, 120, 180, 300, 600],
  }),
  makeGaugeProvider({ name: 'pending_calls_count', help: 'Calls that nobody has accepted, in the whole installation.' }),
];

@Injectable()
export class CallMetrics {
  constructor(@InjectMetric('wardline_call_accept_seconds') private readonly accept: Histogram) {}

  accepted(call: CallView): void {
    if (call.accepted_at === null) return;
    this.accept.observe({ type: call.type }, (Date.parse(call.accepted_at) - Date.parse(call.placed_at)) / 1000);
  }
}
