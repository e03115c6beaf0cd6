import { type DynamicModule, Module } from '@nestjs/common';
import { Clock, SystemClock } from './common/clock.js';
import { Logger } from './logging/logger.js';
import { MetricsRegistry } from './metrics/metrics-registry.js';
import { ServerState } from './common/server-state.js';

@Module({})
export class CommonModule {
  static with(logger: Logger): DynamicModule {
    const providers = [{ provide: Logger, useValue: logger }, { provide: Clock, useClass: SystemClock }, ServerState, MetricsRegistry];
    return { module: CommonModule, global: true, providers, exports: providers };
  }
}
