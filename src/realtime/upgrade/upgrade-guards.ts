import { OriginGuard } from '../../identity/origin/origin.guard.js';
import { SessionCookieGuard } from '../../identity/sessions/session-cookie.guard.js';
import { TlsGuard } from '../../identity/origin/tls.guard.js';
import { CapacityGuard } from '../capacity/capacity.guard.js';
import { ConnectionCapsGuard } from '../capacity/connection-caps.guard.js';
import { DrainingGuard } from '../capacity/draining.guard.js';
import { RateLimitGuard } from '../capacity/rate-limit.guard.js';
import type { UpgradeGuards } from '../capacity/upgrade-guard-list.js';
import { HandshakeGuard } from './handshake.guard.js';

/**
 * The checks of a socket's upgrade before anything is accepted, the path aside, in the order in which a client learns of them.
 * They are ordinary Nest guards, called with a context of type `upgrade` whose HTTP request is the upgrade's. Each lets pass,
 * or throws a DomainError (an HTTP refusal) or an UpgradeRefusal. An extending team has a list of its own in `extensions.ts`:
 * reordered, replaced, added to.
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
