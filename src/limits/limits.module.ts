import { type CanActivate, type DynamicModule, Module, type Type } from '@nestjs/common';
import { CapacityGuard } from './capacity.guard.js';
import { ConnectionCapsGuard } from './connection-caps.guard.js';
import { ConnectionSlots } from './connection-slots.js';
import { DrainingGuard } from './draining.guard.js';
import { limitMetricProviders, LimitMetrics } from './limit-metrics.js';
import { LiveLimits } from './live-limits.service.js';
import { LocalSlidingWindows } from './local-sliding-windows.js';
import { RateLimitGuard } from './rate-limit.guard.js';
import { ReservedPlaces } from './reserved-places.js';
import { SessionSightings } from './session-sightings.js';
import { SharedPlaces } from './shared-places.js';
import { UPGRADE_GUARDS } from './upgrade-guards.js';

const shown = [
  LiveLimits,
  LimitMetrics,
  LocalSlidingWindows,
  ConnectionSlots,
  ReservedPlaces,
  SharedPlaces,
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
      providers: [...limitMetricProviders, { provide: UPGRADE_GUARDS, useValue: upgradeGuards }, SessionSightings, ...shown],
      exports: [...shown, UPGRADE_GUARDS],
    };
  }
}
