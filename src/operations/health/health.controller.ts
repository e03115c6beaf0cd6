import { Controller, Get, HttpCode, Res, ServiceUnavailableException } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { HealthCheckService } from '@nestjs/terminus';
import type { Response } from 'express';
import { Public } from '../../identity/access/access.js';
import { Cluster } from '../../cluster/node/cluster.js';
import { Clock } from '../../platform/common/clock.js';
import { ClockWatch } from '../../ward/calls/ladder/clock-watch.js';
import { DatabaseHealth } from './database-health.js';
import { Indicators } from './indicators.js';
import { MemoryGauge } from './memory.js';

/** For orchestrators and load balancers. No sign-in, no secrets. */
@ApiTags('health')
@Public()
@Controller()
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: Indicators,
    private readonly databaseHealth: DatabaseHealth,
    private readonly memory: MemoryGauge,
    private readonly clock: Clock,
    private readonly clockWatch: ClockWatch,
    private readonly cluster: Cluster,
  ) {}

  /** 200 while the event loop turns. Never looks at a dependency. */
  @Get('livez')
  @HttpCode(200)
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** 200 when the node should get traffic; else 503 with the failing indicators. */
  @Get('readyz')
  async ready(@Res({ passthrough: true }) response: Response) {
    const result = await this.health
      .check([
        () => this.indicators.running(),
        () => this.indicators.databaseUp(),
        () => this.indicators.poolsAnswer(),
        () => this.indicators.migrationsApplied(),
        () => this.indicators.pollerTicks(),
        () => this.indicators.enginesRun(),
      ])
      .catch((error: unknown) => {
        if (!(error instanceof ServiceUnavailableException)) throw error;
        response.status(503);
        return error.getResponse();
      });
    return result;
  }

  @Get('healthz')
  async summary(@Res({ passthrough: true }) response: Response) {
    const [{ answers, takesWrites }, overdue] = await Promise.all([this.databaseHealth.condition(), this.indicators.overdue()]);
    const clock = this.clockWatch.condition;
    const isDatabaseOk = answers && takesWrites;
    if (!isDatabaseOk) response.status(503);
    return {
      status: isDatabaseOk && overdue === 0 && clock.status === 'up' && this.cluster.isUp !== false ? 'ok' : 'degraded',
      db_ok: isDatabaseOk,
      ...(this.cluster.isUp !== undefined && { redis_ok: this.cluster.isUp }),
      clock,
      memory_pct: this.memory.percent,
      escalation_overdue: overdue ?? null,
      ts: Math.floor(this.clock.now() / 1000),
    };
  }
}
