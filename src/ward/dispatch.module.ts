import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { StaffingModule } from './staffing.module.js';
import { DispatchStrategy } from './calls/dispatch/dispatch-strategy.js';
import { RoundRobinDispatch } from './calls/dispatch/round-robin-dispatch.js';

/** Which nurse is asked next. */
@Module({})
export class DispatchModule {
  static with(strategy: Type<DispatchStrategy> = RoundRobinDispatch): DynamicModule {
    return {
      module: DispatchModule,
      global: true,
      imports: [StaffingModule],
      providers: [{ provide: DispatchStrategy, useClass: strategy }],
      exports: [DispatchStrategy],
    };
  }
}
