import { type DynamicModule, Module } from '@nestjs/common';
import { Clock, SystemClock } from './common/clock.js';
import { OverloadReporter } from './limits/overload-reporter.js';
import { Logger } from './logging/logger.js';
import { PacedWarnings } from './logging/paced-warnings.js';
import { MetricsRegistry } from './metrics/metrics-registry.js';
import { ServerState } from './common/server-state.js';

@Module({})
export class CommonModule {
  static with(logger: Logger): DynamicModule {
    const providers = [
      { provide: Logger, useValue: logger },
      { provide: Clock, useClass: SystemClock },
      ServerState,
      MetricsRegistry,
      PacedWarnings,
      OverloadReporter,
    ];
    return { module: CommonModule, global: true, providers, exports: providers };
  }
}
