import { Injectable } from '@nestjs/common';
import { Logger } from '../../platform/logging/logger.js';
import type { Departure, DepartureReason } from './departure.js';
import { Drain } from './drain.service.js';

type Handler = (departure: Departure, reason: DepartureReason) => void;

/**
 * Where the node's own parts ask for its end: an administrator's drain, memory that runs out. The process decides how it comes;
 * without one that does, the node drains and stays.
 */
@Injectable()
export class Departures {
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
  ask(departure: Departure, reason: DepartureReason): void {
    this.logger.info('departure.asked', { departure, reason });
    if (this.handler) this.handler(departure, reason);
    else void this.drain.run(departure);
  }
}
