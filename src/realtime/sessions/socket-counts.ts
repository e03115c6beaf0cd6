import { Injectable } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter, Histogram } from 'prom-client';
import type { Connection } from '../connection/connection.js';
import { Connections } from '../connection/connections.js';
import { type SocketStat, SocketStats } from '../statistics/socket-stats.service.js';

/** The operators' names for some refusals. */
const STATS: Readonly<Record<string, SocketStat>> = {
  auth_required: 'auth_denied_total',
  auth_invalid: 'auth_denied_total',
};

/** Counts what happens to sockets. */
@Injectable()
export class SocketCounts {
  constructor(
    private readonly connections: Connections,
    private readonly stats: SocketStats,
    @InjectMetric('ws_frame_size_bytes') private readonly sizes: Histogram,
    @InjectMetric('ws_error_count') private readonly errors: Counter,
    @InjectMetric('wardline_ws_rejected_total') private readonly rejected: Counter,
  ) {}

  received(connection: Connection, bytes: number): void {
    connection.messagesIn++;
    this.sizes.observe(bytes);
  }

  error(): void {
    this.errors.inc();
  }

  /**
   * Counts an upgrade that was turned down.
   * @param reason of a closed set: it becomes a label
   * @param closeCode of a socket that was opened only to be closed with it
   */
  refused(reason: string, closeCode?: number): void {
    this.rejected.inc({ reason });
    const stat = STATS[reason];
    if (stat) this.stats.increment(stat);
    if (closeCode !== undefined) this.connections.countClose(closeCode);
  }
}
