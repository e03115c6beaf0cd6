import { Global, Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { OPERATIONS_SETTINGS } from '../platform/config/config.module.js';
import { maxMemoryMb } from '../platform/config/memory-limits.js';
import type { OperationsSettings } from '../platform/config/settings/operations.settings.js';
import { ClockWatch } from '../ward/calls/ladder/watch/clock-watch.js';
import { EscalationModule } from '../ward/escalation.module.js';
import { HealthController } from './health/health.controller.js';
import { HealthSummary } from './health/health-summary.js';
import { ProbeAnswers } from './health/probe-answers.js';
import { DatabaseHealth } from './health/database-health.js';
import { HealthIndicators } from './health/health-indicators.js';
import { DatabaseIndicators } from './health/database-indicators.js';
import { NodeIndicators } from './health/node-indicators.js';
import { Readiness } from './health/readiness.js';
import { MemoryGauge } from './health/memory-gauge.js';
import { scrapedGauge } from '../platform/metrics/metric-providers.js';

@Global()
@Module({
  imports: [TerminusModule.forRoot({ logger: false }), EscalationModule],
  controllers: [HealthController],
  providers: [
    NodeIndicators,
    DatabaseIndicators,
    Readiness,
    HealthSummary,
    HealthIndicators,
    ProbeAnswers,
    DatabaseHealth,
    scrapedGauge(
      { name: 'wardline_database_up', help: '1 while the database answers probes, else 0.' },
      DatabaseHealth,
      async (gauge, database) => {
        gauge.set((await database.condition()).answers ? 1 : 0);
      },
    ),
    scrapedGauge(
      { name: 'wardline_database_writable', help: '1 while the database takes writes, else 0.' },
      DatabaseHealth,
      async (gauge, database) => {
        gauge.set((await database.condition()).takesWrites ? 1 : 0);
      },
    ),
    scrapedGauge(
      { name: 'wardline_clock_ok', help: '0 while the database went back in time, or a log ends in the future; else 1.' },
      ClockWatch,
      (gauge, watch) => {
        gauge.set(watch.condition.status === 'up' ? 1 : 0);
      },
    ),
    {
      provide: MemoryGauge,
      useFactory: (operations: OperationsSettings) => new MemoryGauge(maxMemoryMb(operations)),
      inject: [OPERATIONS_SETTINGS],
    },
  ],
  exports: [MemoryGauge, ProbeAnswers, HealthIndicators],
})
export class HealthModule {}
