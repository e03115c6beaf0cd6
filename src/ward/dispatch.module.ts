import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { ExtensionGuard } from '../platform/extensions/extension-guard.js';
import { DispatchStrategy } from './calls/dispatch/dispatch-strategy.js';
import { GuardedDispatch } from './calls/dispatch/guarded-dispatch.js';
import { RoundRobinDispatch } from './calls/dispatch/round-robin-dispatch.js';
import { StaffingModule } from './staffing.module.js';

const OWN_STRATEGY = Symbol("a hospital's own strategy");

/** The choice of the next nurse. */
@Module({})
export class DispatchModule {
  static with(strategy?: Type<DispatchStrategy>): DynamicModule {
    const inForce = strategy
      ? [
          { provide: OWN_STRATEGY, useClass: strategy },
          {
            provide: DispatchStrategy,
            inject: [OWN_STRATEGY, RoundRobinDispatch, ExtensionGuard],
            useFactory: (own: DispatchStrategy, standard: RoundRobinDispatch, guard: ExtensionGuard) =>
              new GuardedDispatch(own, standard, guard),
          },
        ]
      : [{ provide: DispatchStrategy, useExisting: RoundRobinDispatch }];
    return {
      module: DispatchModule,
      global: true,
      imports: [StaffingModule],
      providers: [RoundRobinDispatch, ...inForce],
      exports: [DispatchStrategy],
    };
  }
}
