import { Injectable } from '@nestjs/common';
import { InjectMetric, makeCounterProvider } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';

export const limitMetricProviders = [
  makeCounterProvider({ name: 'wardline_rate_limited_total', help: 'What was over a rate limit, by whose.', labelNames: ['kind'] }),
];

/** Counts what was over its limit. */
@Injectable()
export class LimitMetrics {
  constructor(@InjectMetric('wardline_rate_limited_total') private readonly limited: Counter) {}

  overRate(kind: 'connect' | 'client' | 'room' | 'http' | 'station_key'): void {
    this.limited.inc({ kind });
  }
}
