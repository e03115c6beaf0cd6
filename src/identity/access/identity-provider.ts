import { createHash } from 'node:crypto';
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

  /**
   * A key for the credential that the request carries, told without asking anybody; undefined when it carries none, or one that is forged for sure.
   * Attempts to connect are counted under it before `identify` is called, and those without one never reach `identify`'s database. A provider whose
   * credentials can be checked on the spot (a signature) overrides this; the default takes whatever was sent for a credential.
   */
  credentialOf({ headers: { authorization = '', cookie = '' } }: IncomingMessage): string | undefined {
    if (authorization === '' && cookie === '') return undefined;
    return createHash('sha256').update(`${authorization}\n${cookie}`).digest('base64url');
  }
}
