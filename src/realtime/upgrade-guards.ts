import type { CanActivate } from '@nestjs/common';
import { OriginGuard } from '../auth/origin.guard.js';
import { SessionCookieGuard } from '../auth/session-cookie.guard.js';
import { TlsGuard } from '../auth/tls.guard.js';

/** The injection token of the guards that a socket's upgrade passes, in their order. */
export const UPGRADE_GUARDS = Symbol('upgrade guards');

/**
 * Before any socket is accepted: TLS, origin, session. They are ordinary Nest guards, called with a context of type
 * `upgrade` whose HTTP request is the upgrade's; each lets pass, throws a DomainError (an HTTP refusal) or an UpgradeRefusal.
 * An extending team overrides the token to reorder, replace or add.
 */
export const upgradeGuardsProvider = {
  provide: UPGRADE_GUARDS,
  useFactory: (...guards: CanActivate[]): CanActivate[] => guards,
  inject: [TlsGuard, OriginGuard, SessionCookieGuard],
};
