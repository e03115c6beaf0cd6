import { Injectable } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter, Histogram } from 'prom-client';
import { CLOSE_CODES } from './close-codes.js';
import type { Connection } from './connection.js';
import { SocketStats } from './socket-stats.service.js';

/** Refusals that say: no session, or no valid one. */
const UNAUTHENTICATED = new Set([CLOSE_CODES.AUTH_REQUIRED, CLOSE_CODES.AUTH_INVALID].map(({ code }) => `close_${String(code)}`));

/** Counts what happens to sockets. */
@Injectable()
export class SocketCounts {
  constructor(
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

  /** @param reason of a closed set: it becomes a label */
  refused(reason: string): void {
    this.rejected.inc({ reason });
    if (UNAUTHENTICATED.has(reason)) this.stats.increment('auth_denied_total');
  }
}
