import { Injectable, ServiceUnavailableException } from '@nestjs/common';
import { HealthCheckService } from '@nestjs/terminus';
import { DatabaseIndicators } from './database-indicators.js';
import { NodeIndicators } from './node-indicators.js';
import type { ProbeAnswer } from './probe-answers.js';

/** The readiness of this node for traffic. */
@Injectable()
export class Readiness {
  constructor(
    private readonly health: HealthCheckService,
    private readonly node: NodeIndicators,
    private readonly database: DatabaseIndicators,
  ) {}

  /** 200, or 503 with the failing indicators. */
  async look(): Promise<ProbeAnswer> {
    try {
      const body = await this.health.check([
        () => this.node.running(),
        () => this.database.databaseUp(),
        () => this.database.poolsAnswer(),
        () => this.database.migrationsApplied(),
        () => this.node.pollerTicks(),
        () => this.node.enginesRun(),
      ]);
      return { status: 200, body };
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      return { status: 503, body: error.getResponse() as object };
    }
  }
}
