import { Injectable } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Histogram } from 'prom-client';
import { Clock } from '../../platform/common/clock.js';
import type { Connection } from '../connection/connection.js';

/** The time that answers to our pings take. An answer to none of our pings, or to one that was answered before, is not believed. */
@Injectable()
export class RoundTrips {
  constructor(
    private readonly clock: Clock,
    @InjectMetric('wardline_ws_rtt_seconds') private readonly seconds: Histogram,
  ) {}

  /** A `pong` frame. */
  pong(connection: Connection, t: number): void {
    this.observe(connection.pulse.answered(t, this.clock.monotonic()));
  }

  /** A protocol pong. */
  controlPong(connection: Connection, payload: Buffer): void {
    this.observe(connection.pulse.answeredByControl(payload, this.clock.monotonic()));
  }

  private observe(rtt: number | undefined): void {
    if (rtt !== undefined) this.seconds.observe(rtt / 1000);
  }
}
