import { Injectable } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import { MetricsRegistry } from '../../platform/metrics/metrics-registry.js';
import type { Reaped } from '../ports/server-store.js';

/** The metrics of the cluster. */
@Injectable()
export class ClusterMetrics {
  private readonly up: Gauge;
  private readonly servers: Gauge;
  private readonly age: Gauge;
  private readonly messages: Counter;
  private readonly drops: Counter;
  private readonly reaped: Counter;
  private readonly rebuilds: Counter;

  constructor(registry: MetricsRegistry) {
    const registers = [registry];
    this.up = new Gauge({
      name: 'wardline_cluster_up',
      help: '1 while what the nodes share can be used; always 1 for one node alone.',
      registers,
    });
    this.servers = new Gauge({
      name: 'wardline_cluster_servers',
      help: 'Nodes that are listed, by whether their heartbeat is stale.',
      labelNames: ['stale'],
      registers,
    });
    this.age = new Gauge({
      name: 'wardline_cluster_heartbeat_age_seconds',
      help: 'Age of the oldest heartbeat of a node that is listed.',
      registers,
    });
    this.messages = new Counter({
      name: 'wardline_bus_messages_total',
      help: 'Messages between nodes.',
      labelNames: ['direction', 'kind'],
      registers,
    });
    this.drops = new Counter({
      name: 'wardline_bus_dropped_total',
      help: 'Messages of other nodes that were not taken.',
      labelNames: ['reason'],
      registers,
    });
    this.reaped = new Counter({
      name: 'wardline_cluster_reaped_total',
      help: 'Rows that this node removed of dead nodes.',
      labelNames: ['kind'],
      registers,
    });
    this.rebuilds = new Counter({
      name: 'wardline_cluster_rebuilds_total',
      help: "Times that this node's rows were written again.",
      registers,
    });
    for (const stale of ['true', 'false']) this.servers.set({ stale }, 0);
  }

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
