import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { StaffPrincipal } from './principal.js';

/** The sender of a request. `absent`: nothing to identify by; `invalid`: forged, expired, revoked, or of a user who left. */
export type Identification =
  { kind: 'identified'; principal: StaffPrincipal; csrfToken: string | null } | { kind: 'absent' } | { kind: 'invalid' };

/**
 * Extension point: turns a request (or a socket's upgrade) into a user. A hospital plugs its SSO in here. An implementation
 * answers from the request alone (headers, TLS). It trusts nothing that a proxy outside TRUSTED_PROXIES has set. It answers
 * `invalid` for a user who is not active. It throws only when it cannot decide (DomainError UNAVAILABLE), never for bad input.
 * `csrfToken` is the value that unsafe methods repeat in `X-CSRF-Token`; null where the credentials are not ambient, as with a
 * bearer token. `src/testing/contracts/identity-provider.contract.ts` checks the promise.
 */
export abstract class IdentityProvider {
  abstract identify(request: IncomingMessage): Promise<Identification>;

  /**
   * A key for the credential in the request, found without a look-up; undefined when there is none, or one that is surely
   * forged. Attempts to connect are counted under it before `identify` is called. Attempts without one never reach
   * `identify`'s database. A provider with credentials that can be checked on the spot (a signature) overrides this; the
   * default takes any credential that was sent.
   */
  credentialOf({ headers: { authorization = '', cookie = '' } }: IncomingMessage): string | undefined {
    if (authorization === '' && cookie === '') return undefined;
    return createHash('sha256').update(`${authorization}\n${cookie}`).digest('base64url');
  }
}
