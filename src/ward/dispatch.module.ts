import { type DynamicModule, Module } from '@nestjs/common';
import { type Implementation, provideAs } from '../platform/extensions/implementation.js';
import { ExtensionGuard } from '../platform/extensions/extension-guard.js';
import { Dispatch } from './calls/dispatch/dispatch.js';
import type { DispatchStrategy } from './calls/dispatch/dispatch-strategy.js';
import { GuardedDispatch } from './calls/dispatch/guarded-dispatch.js';
import { RoundRobinDispatch } from './calls/dispatch/round-robin-dispatch.js';
import { StaffingModule } from './staffing.module.js';
import { DepartmentQueue } from './staffing/queue/department-queue.service.js';

const OWN_STRATEGY = Symbol("a hospital's own strategy");

/** The choice of the next nurse. */
@Module({})
export class DispatchModule {
  static with(strategy?: Implementation<DispatchStrategy>): DynamicModule {
    const inForce = strategy
      ? [
          provideAs(OWN_STRATEGY, strategy),
          {
            provide: Dispatch,
            inject: [OWN_STRATEGY, DepartmentQueue, ExtensionGuard],
            useFactory: (own: DispatchStrategy, queue: DepartmentQueue, guard: ExtensionGuard) => new GuardedDispatch(own, queue, guard),
          },
        ]
      : [{ provide: Dispatch, useClass: RoundRobinDispatch }];
    return {
      module: DispatchModule,
      global: true,
      imports: [StaffingModule],
      providers: inForce,
      exports: [Dispatch],
    };
  }
}
