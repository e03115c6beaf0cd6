import { type CanActivate, type DynamicModule, Module, type Type } from '@nestjs/common';
import { CapacityGuard } from './capacity/capacity.guard.js';
import { ConnectionCapsGuard } from './capacity/connection-caps.guard.js';
import { ConnectionSlots } from './capacity/connection-slots.js';
import { DrainingGuard } from './capacity/draining.guard.js';
import { limitMetricProviders, LimitMetrics } from '../platform/limits/limit-metrics.js';
import { LiveLimits } from '../platform/limits/live-limits.service.js';
import { LocalSlidingWindows } from '../platform/limits/local-sliding-windows.js';
import { RateLimitGuard } from './capacity/rate-limit.guard.js';
import { ReservedCapacity } from './capacity/reserved-capacity.js';
import { SessionLastSeen } from './capacity/session-last-seen.js';
import { ClusterCapacity } from './capacity/cluster-capacity.js';
import { UPGRADE_GUARDS } from './capacity/upgrade-guard-list.js';

const shown = [
  LiveLimits,
  LimitMetrics,
  LocalSlidingWindows,
  ConnectionSlots,
  ReservedCapacity,
  ClusterCapacity,
  DrainingGuard,
  RateLimitGuard,
  CapacityGuard,
  ConnectionCapsGuard,
];

/** How much this node and its clients may do, changed while it runs, and the guards of connections that hold it. Knows no feature. */
@Module({})
export class LimitsModule {
  /** @param upgradeGuards what a socket's upgrade passes, in this order */
  static with(upgradeGuards: readonly Type<CanActivate>[]): DynamicModule {
    return {
      module: LimitsModule,
      global: true,
      providers: [...limitMetricProviders, { provide: UPGRADE_GUARDS, useValue: upgradeGuards }, SessionLastSeen, ...shown],
      exports: [...shown, UPGRADE_GUARDS],
    };
  }
}
