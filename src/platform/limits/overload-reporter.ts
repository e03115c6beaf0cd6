import { Injectable } from '@nestjs/common';
import { Counter } from 'prom-client';
import { PacedWarnings } from '../logging/paced-warnings.js';
import { MetricsRegistry } from '../metrics/metrics-registry.js';

/** Counts and logs what is refused because too many wait, wherever it waited: in the scheduler of requests, or for a connection to the database. */
@Injectable()
export class OverloadReporter {
  private readonly count: Counter;

  constructor(
    registry: MetricsRegistry,
    private readonly warnings: PacedWarnings,
  ) {
    this.count = new Counter({
      name: 'wardline_requests_shed_total',
      help: 'Presses and commands of calls that were refused because too many waited, before anything of them was written.',
      registers: [registry],
    });
  }

  /** To be called for each press or command that is refused. */
  readonly shed = (): void => {
    this.count.inc();
    this.warnings.warn('server.overloaded');
  };
}
