import { Controller, Get, HttpCode, type OnModuleInit, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { Public } from '../../identity/access/access.js';
import { Clock } from '../../platform/common/clock.js';
import { HealthSummary } from './health-summary.js';
import { MemoryGauge } from './memory-gauge.js';
import { type ProbeAnswer, ProbeAnswers } from './probe-answers.js';
import { Readiness } from './readiness.js';

const LIVE = { status: 200, body: { status: 'ok' } } as const;

/** For orchestrators and load balancers. No sign-in, no secrets. Most probes are answered before they get here (`ProbeAnswers`). */
@ApiTags('health')
@Public()
@Controller()
export class HealthController implements OnModuleInit {
  constructor(
    private readonly probes: ProbeAnswers,
    private readonly readiness: Readiness,
    private readonly summaries: HealthSummary,
    private readonly memory: MemoryGauge,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.probes.answer('/livez', () => LIVE);
    this.probes.answer('/readyz', () => this.readiness.look());
    this.probes.answer('/healthz', () => this.wholeSummary());
  }

  /** 200 while the event loop turns. Never looks at a dependency. */
  @Get('livez')
  @HttpCode(200)
  live(@Res() response: Response): Promise<void> {
    return this.probes.send('/livez', response);
  }

  /** 200 when the node should get traffic; else 503 with the failing indicators. */
  @Get('readyz')
  ready(@Res() response: Response): Promise<void> {
    return this.probes.send('/readyz', response);
  }

  /** The node, its database and its clock in a few words. */
  @Get('healthz')
  summary(@Res() response: Response): Promise<void> {
    return this.probes.send('/healthz', response);
  }

  private async wholeSummary(): Promise<ProbeAnswer> {
    const { isDatabaseOk, ...summary } = await this.summaries.read();
    const body = { ...summary, memory_pct: this.memory.percent, ts: Math.floor(this.clock.now() / 1000) };
    return { status: isDatabaseOk ? 200 : 503, body };
  }
}
