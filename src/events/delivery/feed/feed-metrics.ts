import { Injectable } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter, Gauge, Histogram } from 'prom-client';
import { Clock } from '../../../platform/common/clock.js';
import type { EventBatch } from '../../log/encoded-event.js';
import { counterProvider, gaugeProvider, histogramProvider } from '../../../platform/metrics/metric-providers.js';

const WINDOW_MS = 300_000;

export const feedMetricProviders = [
  histogramProvider({
    name: 'wardline_commit_to_socket_seconds',
    help: "From an event's place in the log to the last socket it was written to on this node.",
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
  }),
  histogramProvider({
    name: 'wardline_poll_seconds',
    help: 'One read of the heads of all departments that this node follows.',
    buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
  }),
  gaugeProvider({ name: 'poll_duration_avg', help: 'Milliseconds of one poll, mean of 5 minutes.' }),
  counterProvider({ name: 'wardline_poll_failures_total', help: 'Polls that failed.' }),
  counterProvider({ name: 'wardline_event_gaps_total', help: 'Holes found in a log: must stay 0.' }),
];

/** The metrics of the feeds. */
@Injectable()
export class FeedMetrics {
  private readonly recent: { at: number; seconds: number }[] = [];

  constructor(
    @InjectMetric('wardline_commit_to_socket_seconds') private readonly delivery: Histogram,
    @InjectMetric('wardline_poll_seconds') private readonly poll: Histogram,
    @InjectMetric('poll_duration_avg') private readonly pollAverage: Gauge,
    @InjectMetric('wardline_poll_failures_total') private readonly failures: Counter,
    @InjectMetric('wardline_event_gaps_total') private readonly gaps: Counter,
    private readonly clock: Clock,
  ) {}

  polled(seconds: number): void {
    const at = this.clock.monotonic();
    this.poll.observe(seconds);
    this.recent.push({ at, seconds });
    while ((this.recent[0]?.at ?? at) < at - WINDOW_MS) this.recent.shift();
    const sum = this.recent.reduce((total, one) => total + one.seconds, 0);
    this.pollAverage.set((sum / this.recent.length) * 1000);
  }

  /** Called when a batch has been written to all of its readers. */
  published(batch: EventBatch, readers: number): void {
    if (readers === 0) return;
    const now = this.clock.monotonic();
    for (const event of batch.events) this.delivery.observe(Math.max(0, now - event.bornAt) / 1000);
  }

  failed(): void {
    this.failures.inc();
  }

  gap(): void {
    this.gaps.inc();
  }
}
