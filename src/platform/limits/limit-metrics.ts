import { Injectable } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';
import { counterFromZero } from '../metrics/metric-providers.js';

const KINDS = ['connect', 'client', 'room', 'http', 'station_key', 'board_code'] as const;

export const limitMetricProviders = [
  counterFromZero(
    { name: 'wardline_rate_limited_total', help: 'Requests over a rate limit, by the kind of limit.', labelNames: ['kind'] },
    KINDS.map((kind) => ({ kind })),
  ),
];

/** Counts what was over its limit. */
@Injectable()
export class LimitMetrics {
  constructor(@InjectMetric('wardline_rate_limited_total') private readonly limited: Counter) {}

  overRate(kind: (typeof KINDS)[number]): void {
    this.limited.inc({ kind });
  }
}
