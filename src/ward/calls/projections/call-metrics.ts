import { Injectable } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Histogram } from 'prom-client';
import { Clock } from '../../../platform/common/clock.js';
import { RecentMean } from '../../../platform/metrics/recent-mean.js';
import type { CallView } from '../call.js';
import { histogramProvider, scrapedGauge } from '../../../platform/metrics/metric-providers.js';

const WINDOW_MS = 300_000;

/** The metrics of calls on this node. */
@Injectable()
export class CallMetrics {
  private readonly assignMs: RecentMean;
  private readonly failedShare: RecentMean;

  constructor(
    @InjectMetric('wardline_call_accept_seconds') private readonly accept: Histogram,
    private readonly clock: Clock,
  ) {
    this.assignMs = new RecentMean(clock, WINDOW_MS);
    this.failedShare = new RecentMean(clock, WINDOW_MS);
  }

  /** Counts a call that a person took on, by accepting or by arriving. */
  accepted(call: CallView): void {
    if (call.accepted_at === null) return;
    this.accept.observe({ type: call.type }, (Date.parse(call.accepted_at) - Date.parse(call.placed_at)) / 1000);
  }

  /** A new call looked for its first targets. */
  dispatched(foundSomebody: boolean): void {
    this.failedShare.add(foundSomebody ? 0 : 1);
  }

  /** A new call went out to the socket of one of its targets. @param bornAt monotonic time at which the raise was committed */
  sent(bornAt: number): void {
    this.assignMs.add(Math.max(0, this.clock.monotonic() - bornAt));
  }

  get averageAssignMs(): number {
    return this.assignMs.value;
  }

  get failedAssignments(): number {
    return this.failedShare.value;
  }
}

export const callMetricProviders = [
  histogramProvider({
    name: 'wardline_call_accept_seconds',
    help: 'From the press to its acceptance, by type of call.',
    labelNames: ['type'],
    buckets: [1, 2.5, 5, 10, 20, 30, 60, 90, 120, 180, 300, 600],
  }),
  scrapedGauge(
    { name: 'avg_assign_time_ms', help: 'From the commit of a raise to its going out to a target on this node, mean of 5 minutes.' },
    CallMetrics,
    (gauge, metrics) => {
      gauge.set(metrics.averageAssignMs);
    },
  ),
  scrapedGauge(
    { name: 'failed_assignments_rate', help: 'Dispatches of this node that found nobody reachable, of all; 5 minutes.' },
    CallMetrics,
    (gauge, metrics) => {
      gauge.set(metrics.failedAssignments);
    },
  ),
];
