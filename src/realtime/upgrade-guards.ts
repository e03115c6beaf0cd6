import { OriginGuard } from '../auth/origin.guard.js';
import { SessionCookieGuard } from '../auth/session-cookie.guard.js';
import { TlsGuard } from '../auth/tls.guard.js';
import { CapacityGuard } from '../limits/capacity.guard.js';
import { ConnectionCapsGuard } from '../limits/connection-caps.guard.js';
import { DrainingGuard } from '../limits/draining.guard.js';
import { RateLimitGuard } from '../limits/rate-limit.guard.js';
import type { UpgradeGuards } from '../limits/upgrade-guards.js';
import { HandshakeGuard } from './handshake.guard.js';

/**
 * What a socket's upgrade passes before anything is accepted, the path aside, in the order in which a client learns of it. They are ordinary Nest
 * guards, called with a context of type `upgrade` whose HTTP request is the upgrade's; each lets pass, throws a DomainError (an HTTP refusal) or an
 * UpgradeRefusal. An extending team has a list of its own in `extensions.ts`: reordered, replaced, added to.
 */
export const DEFAULT_UPGRADE_GUARDS: UpgradeGuards = [
  TlsGuard,
  OriginGuard,
  DrainingGuard,
  RateLimitGuard,
  HandshakeGuard,
  SessionCookieGuard,
  CapacityGuard,
  ConnectionCapsGuard,
];
