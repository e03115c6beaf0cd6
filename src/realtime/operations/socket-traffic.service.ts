import { Injectable } from '@nestjs/common';
import { Connections } from '../connection/connections.js';
import { TrafficTotals } from '../connection/traffic-totals.js';

/** Sums the connections' own counts on request: the hot path pays for a number on its own connection and for nothing else. */
@Injectable()
export class SocketTraffic {
  constructor(private readonly connections: Connections) {}

  /** Connections of this node, those included whose close is under way. */
  get connectionCount(): number {
    return this.connections.size;
  }

  /** Connections that are open and stay so. */
  get activeCount(): number {
    let count = 0;
    for (const connection of this.connections.all()) if (connection.isOpen) count++;
    return count;
  }

  /** Events and answers that wait for slow readers. */
  get pendingMessages(): number {
    return this.connections.pendingMessages;
  }

  /** Since the start. */
  totals(): TrafficTotals {
    const totals = new TrafficTotals();
    totals.add(this.connections.ended);
    for (const connection of this.connections.all()) totals.add(connection);
    return totals;
  }
}
