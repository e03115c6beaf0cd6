import { Injectable } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';
import { counterProvider } from '../metrics/metric-providers.js';

export const limitMetricProviders = [
  counterProvider({
    name: 'wardline_rate_limited_total',
    help: 'Requests over a rate limit, by the kind of limit.',
    labelNames: ['kind'],
  }),
];

/** Counts what was over its limit. */
@Injectable()
export class LimitMetrics {
  constructor(@InjectMetric('wardline_rate_limited_total') private readonly limited: Counter) {}

  overRate(kind: 'connect' | 'client' | 'room' | 'http' | 'station_key' | 'board_code'): void {
    this.limited.inc({ kind });
  }
}
