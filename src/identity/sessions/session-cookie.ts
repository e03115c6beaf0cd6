import { createHash, createHmac } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { HTTP_SETTINGS } from '../../platform/config/config.module.js';
import type { HttpSettings } from '../../platform/config/settings/http.settings.js';
import { HostCookie, hostCookieName } from './host-cookie.js';
import { signToken, verifyToken } from './signed-token.js';

/** The injection token of the secrets that sign cookies: the first signs, all verify. */
export const SESSION_SIGNING_SECRETS = Symbol('session signing secrets');

export function sessionCookieName(http: Pick<HttpSettings, 'REQUIRE_WSS'>): string {
  return hostCookieName(http, '');
}

/** The cookie that carries a session's token, signed. */
@Injectable()
export class SessionCookie {
  private readonly cookie: HostCookie;

  constructor(
    @Inject(HTTP_SETTINGS) http: HttpSettings,
    @Inject(SESSION_SIGNING_SECRETS) private readonly secrets: readonly [string, ...string[]],
  ) {
    this.cookie = new HostCookie(http, '', 'lax');
  }

  /** The `Set-Cookie` value for a new session's token. */
  issue(token: string): string {
    return this.cookie.set(signToken(this.secrets[0], token));
  }

  /** The `Set-Cookie` value that makes a browser forget. */
  clear(): string {
    return this.cookie.set('', 0);
  }

  /** @returns the token; null when there is no cookie, undefined when its signature is not ours */
  read(header: string | undefined): string | null | undefined {
    const value = this.cookie.read(header);
    return value === undefined ? null : verifyToken(this.secrets, value);
  }
}

/** The hash under which the database knows a token. */
export function tokenHash(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Bound to the session by its token: who cannot read the cookie cannot make it. */
export function csrfTokenOf(token: string): string {
  return createHmac('sha256', token).update('wardline csrf').digest('base64url');
}
