import { Injectable } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter, Gauge } from 'prom-client';
import type { Connection } from './connection.js';

/** The sockets of this node. */
@Injectable()
export class Connections {
  private readonly byId = new Map<string, Connection>();
  private readonly bySession = new Map<string, Set<Connection>>();

  constructor(
    @InjectMetric('ws_connections') private readonly gauge: Gauge,
    @InjectMetric('ws_connections_total') private readonly total: Counter,
    @InjectMetric('wardline_ws_closes_total') private readonly closes: Counter,
  ) {}

  get size(): number {
    return this.byId.size;
  }

  all(): Iterable<Connection> {
    return this.byId.values();
  }

  ofSession(sessionId: string): Iterable<Connection> {
    return this.bySession.get(sessionId) ?? [];
  }

  sessionIds(): string[] {
    return [...this.bySession.keys()];
  }

  add(connection: Connection): void {
    this.byId.set(connection.id, connection);
    const { sessionId } = connection.principal;
    const siblings = this.bySession.get(sessionId) ?? new Set();
    siblings.add(connection);
    this.bySession.set(sessionId, siblings);
    this.total.inc();
    this.gauge.set(this.size);
  }

  remove(connection: Connection, closeCode: number): void {
    if (!this.byId.delete(connection.id)) return;
    const { sessionId } = connection.principal;
    const siblings = this.bySession.get(sessionId);
    siblings?.delete(connection);
    if (siblings?.size === 0) this.bySession.delete(sessionId);
    this.closes.inc({ code: String(closeCode) });
    this.gauge.set(this.size);
  }
}
