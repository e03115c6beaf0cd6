import { Global, Module, type OnModuleInit } from '@nestjs/common';
import { InjectMetric, makeGaugeProvider, PrometheusModule } from '@willsoto/nestjs-prometheus';
import { Gauge } from 'prom-client';
import { HealthModule } from '../health/health.module.js';
import { MemoryGauge } from '../health/memory.js';
import { MetricsController } from './metrics.controller.js';

/** `GET /metrics`, and what of the process no feature measures itself. */
@Global()
@Module({
  imports: [HealthModule, PrometheusModule.register({ controller: MetricsController })],
  providers: [makeGaugeProvider({ name: 'memory_usage_percent', help: 'RSS against MAX_MEMORY_MB.' })],
})
export class MetricsModule implements OnModuleInit {
  constructor(
    private readonly memory: MemoryGauge,
    @InjectMetric('memory_usage_percent') private readonly gauge: Gauge,
  ) {}

  onModuleInit(): void {
    const { gauge, memory } = this;
    (gauge as Gauge & { collect: () => void }).collect = () => {
      gauge.set(memory.percent);
    };
  }
}
