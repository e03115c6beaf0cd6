import { Injectable } from '@nestjs/common';
import { Logger } from '../../platform/logging/logger.js';
import type { Departure, DepartureReason } from './departure.js';
import { Drain } from './drain.service.js';

type Handler = (departure: Departure, reason: DepartureReason) => void;

/**
 * Requests by the node's own parts to end it: an administrator's drain, memory that runs out. The process decides how; without
 * a handler the node drains and stays.
 */
@Injectable()
export class ShutdownRequests {
  private handler: Handler | undefined;

  constructor(
    private readonly drain: Drain,
    private readonly logger: Logger,
  ) {}

  /** There is one handler: whoever runs the process. */
  handleWith(handler: Handler): void {
    this.handler = handler;
  }

  /** Returns at once. */
  request(departure: Departure, reason: DepartureReason): void {
    this.logger.info('departure.asked', { departure, reason });
    if (this.handler) this.handler(departure, reason);
    else void this.drain.run(departure);
  }
}
