import { type DynamicModule, Module } from '@nestjs/common';
import { Clock, SystemClock } from './clock.js';
import { Logger } from './logger.js';

@Module({})
export class CommonModule {
  static with(logger: Logger): DynamicModule {
    const providers = [
      { provide: Logger, useValue: logger },
      { provide: Clock, useClass: SystemClock },
    ];
    return { module: CommonModule, global: true, providers, exports: providers };
  }
}
