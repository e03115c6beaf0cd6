import { Injectable } from '@nestjs/common';
import { InjectMetric, makeCounterProvider, makeGaugeProvider } from '@willsoto/nestjs-prometheus';
import { Counter, Gauge } from 'prom-client';
import type { Reaped } from '../ports/server-store.js';

export const clusterMetricProviders = [
  makeGaugeProvider({ name: 'wardline_cluster_up', help: '1 while what the nodes share can be used; always 1 for one node alone.' }),
  makeGaugeProvider({
    name: 'wardline_cluster_servers',
    help: 'Nodes that are listed, by whether their heartbeat is stale.',
    labelNames: ['stale'],
  }),
  makeGaugeProvider({ name: 'wardline_cluster_heartbeat_age_seconds', help: 'Age of the oldest heartbeat of a node that is listed.' }),
  makeCounterProvider({ name: 'wardline_bus_messages_total', help: 'Messages between nodes.', labelNames: ['direction', 'kind'] }),
  makeCounterProvider({ name: 'wardline_bus_dropped_total', help: 'Messages of other nodes that were not taken.', labelNames: ['reason'] }),
  makeCounterProvider({ name: 'wardline_cluster_reaped_total', help: 'Rows that this node removed of dead nodes.', labelNames: ['kind'] }),
  makeCounterProvider({ name: 'wardline_cluster_rebuilds_total', help: "How often this node's rows were written anew." }),
];

/** What the cluster measures of itself. */
@Injectable()
export class ClusterMetrics {
  constructor(
    @InjectMetric('wardline_cluster_up') private readonly up: Gauge,
    @InjectMetric('wardline_cluster_servers') private readonly servers: Gauge,
    @InjectMetric('wardline_cluster_heartbeat_age_seconds') private readonly age: Gauge,
    @InjectMetric('wardline_bus_messages_total') private readonly messages: Counter,
    @InjectMetric('wardline_bus_dropped_total') private readonly drops: Counter,
    @InjectMetric('wardline_cluster_reaped_total') private readonly reaped: Counter,
    @InjectMetric('wardline_cluster_rebuilds_total') private readonly rebuilds: Counter,
  ) {}

  isUp(up: boolean): void {
    this.up.set(up ? 1 : 0);
  }

  /** @param ages seconds since each node's heartbeat */
  listed(ages: readonly number[], staleSec: number): void {
    const stale = ages.filter((age) => age > staleSec).length;
    this.servers.set({ stale: 'true' }, stale);
    this.servers.set({ stale: 'false' }, ages.length - stale);
    this.age.set(Math.max(0, ...ages));
  }

  sent(kind: string): void {
    this.messages.inc({ direction: 'out', kind });
  }

  received(kind: string): void {
    this.messages.inc({ direction: 'in', kind });
  }

  dropped(reason: string): void {
    this.drops.inc({ reason });
  }

  swept({ left: _, ...rows }: Reaped): void {
    for (const [kind, count] of Object.entries(rows)) this.reaped.inc({ kind }, count);
  }

  rebuilt(): void {
    this.rebuilds.inc();
  }
}
