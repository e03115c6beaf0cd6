import { Injectable } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter, Gauge } from 'prom-client';
import { SetIndex } from '../../platform/common/collections/set-index.js';
import { CLOSE_CODES } from './close-codes.js';
import type { Connection } from './connection.js';
import { TrafficTotals } from './traffic-totals.js';

/** The codes by which `ws` reports sockets that ended without a close frame, or with an empty one. */
const WITHOUT_CODE = [1005, 1006];
/** Codes that are a label by themselves. */
export const COUNTED_CODES: ReadonlySet<number> = new Set<number>([...WITHOUT_CODE, ...Object.values(CLOSE_CODES).map(({ code }) => code)]);

/** The sockets of this node. */
@Injectable()
export class Connections {
  /** The traffic of connections that have ended. */
  readonly ended = new TrafficTotals();
  private readonly byId = new Map<string, Connection>();
  private readonly bySession = new SetIndex<string, Connection>();
  private readonly byStaff = new SetIndex<string, Connection>();
  private readonly addedListeners: (() => void)[] = [];

  constructor(
    @InjectMetric('ws_connections') private readonly gauge: Gauge,
    @InjectMetric('ws_connections_total') private readonly total: Counter,
    @InjectMetric('wardline_ws_closes_total') private readonly closes: Counter,
    @InjectMetric('wardline_outbox_depth') outboxDepth: Gauge,
  ) {
    // Summed when it is asked for: a healthy outbox costs nothing.
    (outboxDepth as Gauge & { collect: () => void }).collect = () => {
      outboxDepth.set(this.pendingMessages);
    };
  }

  get size(): number {
    return this.byId.size;
  }

  /** Events and answers that wait for slow readers. */
  get pendingMessages(): number {
    let sum = 0;
    for (const connection of this.byId.values()) sum += connection.pendingMessages;
    return sum;
  }

  /** Oldest first. */
  all(): Iterable<Connection> {
    return this.byId.values();
  }

  ofSession(sessionId: string): Iterable<Connection> {
    return this.bySession.of(sessionId);
  }

  get(id: string): Connection | undefined {
    return this.byId.get(id);
  }

  ofStaff(staffId: string): Iterable<Connection> {
    return this.byStaff.of(staffId);
  }

  sessionIds(): string[] {
    return [...this.bySession.keys()];
  }

  /** True when the person gets the department's events live on this node. */
  isFollowing(staffId: string, dept: string): boolean {
    for (const connection of this.byStaff.of(staffId)) if (connection.subscriptions.get(dept)?.isLive) return true;
    return false;
  }

  /** Called synchronously when one has been added; must not throw. */
  onAdded(listener: () => void): void {
    this.addedListeners.push(listener);
  }

  add(connection: Connection): void {
    this.byId.set(connection.id, connection);
    this.bySession.add(connection.principal.sessionId, connection);
    this.byStaff.add(connection.principal.id, connection);
    this.total.inc();
    this.gauge.set(this.size);
    for (const listener of this.addedListeners) listener();
  }

  /** @param closeCode what it ended with; clients may name any, so that only what is known is a label */
  remove(connection: Connection, closeCode: number): void {
    if (!this.byId.delete(connection.id)) return;
    this.ended.add(connection);
    this.bySession.delete(connection.principal.sessionId, connection);
    this.byStaff.delete(connection.principal.id, connection);
    const isOurs = connection.closeCode !== undefined;
    this.countClose(isOurs || COUNTED_CODES.has(closeCode) ? closeCode : 'other');
    this.gauge.set(this.size);
  }

  /** Also of a socket that is closed before it is a connection. */
  countClose(code: number | 'other'): void {
    this.closes.inc({ code: String(code) });
  }
}
