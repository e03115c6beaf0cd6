import { Global, Module, type OnModuleInit } from '@nestjs/common';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';
import { collectDefaultMetrics } from 'prom-client';
import { MetricsRegistry } from '../platform/metrics/metrics-registry.js';
import { HealthModule } from './health.module.js';
import { RealtimeModule } from '../realtime/realtime.module.js';
import { LastBackup, lastBackupMetric } from './metrics/last-backup.js';
import { MetricsController } from './metrics/metrics.controller.js';
import { NodeStats } from './metrics/node-stats.service.js';
import { processMetricProviders } from './metrics/process-metrics.js';
import { SocketHealthController } from './metrics/socket-health.controller.js';
import { StatsHistory } from './metrics/stats-history.service.js';

/** `GET /metrics`, what of the process no feature measures itself, and the node's figures over time. */
@Global()
@Module({
  imports: [HealthModule, RealtimeModule, PrometheusModule.register({ controller: MetricsController, defaultMetrics: { enabled: false } })],
  controllers: [SocketHealthController],
  providers: [LastBackup, lastBackupMetric, NodeStats, StatsHistory, ...processMetricProviders],
  exports: [NodeStats, StatsHistory],
})
export class MetricsModule implements OnModuleInit {
  constructor(private readonly registry: MetricsRegistry) {}

  /** Node's own: the event loop's lag, collections of garbage, memory. With the application, and not when this file is loaded. */
  onModuleInit(): void {
    collectDefaultMetrics({ register: this.registry });
  }
}
