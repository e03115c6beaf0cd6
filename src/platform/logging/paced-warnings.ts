import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { type LogFields, Logger } from './logger.js';

const PACE_MS = 10_000;

/** Warnings of what can happen many times a second: each event is logged at most every ten seconds. A metric counts the others. */
@Injectable()
export class PacedWarnings {
  private readonly loggedAt = new Map<string, number>();

  constructor(
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** @param event a name that is written in the source: each is kept */
  warn(event: string, fields: LogFields = {}): void {
    const now = this.clock.monotonic();
    if (now - (this.loggedAt.get(event) ?? -Infinity) < PACE_MS) return;
    this.loggedAt.set(event, now);
    this.logger.warn(event, fields);
  }
}
