import type { IncomingMessage } from 'node:http';
import type { StaffPrincipal } from './principal.js';

/** Who sent a request. `absent`: nothing to identify by; `invalid`: something forged, expired, revoked or of a user who left. */
export type Identification =
  { kind: 'identified'; principal: StaffPrincipal; csrfToken: string | null } | { kind: 'absent' } | { kind: 'invalid' };

/**
 * Extension point: how a request (or a socket's upgrade) becomes a user. A hospital plugs its SSO in here.
 *
 * An implementation must answer from the request alone (headers, TLS), must not trust anything a proxy that is not in TRUSTED_PROXIES
 * has set, must answer `invalid` for a user who is not active, and must not throw for bad input, only when it cannot tell
 * (DomainError UNAVAILABLE). `csrfToken`: what unsafe methods must repeat in `X-CSRF-Token`; null where the
 * credentials are not ambient, as with a bearer token. `test/support/identity-provider.contract.ts` checks the promise.
 */
export abstract class IdentityProvider {
  abstract identify(request: IncomingMessage): Promise<Identification>;
}
