import { CapacityGuard } from './capacity.guard.js';
import { ConnectionCapsGuard } from './connection-caps.guard.js';
import { DrainingGuard } from './draining.guard.js';
import { RateLimitGuard } from './rate-limit.guard.js';

/**
 * Guards that an HTTP route adds when it holds a connection open, so that it lives by the rules of sockets:
 * `@UseGuards(...CONNECTION_GUARDS)`. The request then carries its `slot`, which goes when the response is over. With
 * `slot.onGiveWay` the route defines how it ends for a newer connection of its session.
 */
export const CONNECTION_GUARDS = [DrainingGuard, RateLimitGuard, CapacityGuard, ConnectionCapsGuard] as const;
