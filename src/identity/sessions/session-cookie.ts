import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { parseCookie, stringifySetCookie } from 'cookie';
import { HTTP_SETTINGS } from '../../platform/config/config.module.js';
import type { HttpSettings } from '../../platform/config/http.settings.js';

/** The injection token of the secrets that sign cookies: the first signs, all verify. */
export const SESSION_SIGNING_SECRETS = Symbol('session signing secrets');

function sign(secret: string, token: string): string {
  return createHmac('sha256', secret).update(token).digest('base64url');
}

/** Browsers take a `__Host-` cookie over TLS only. */
export function sessionCookieName({ REQUIRE_WSS }: Pick<HttpSettings, 'REQUIRE_WSS'>): string {
  return REQUIRE_WSS ? '__Host-wardline' : 'wardline';
}

/** The cookie that carries a session's token, signed. */
@Injectable()
export class SessionCookie {
  private readonly name: string;

  constructor(
    @Inject(HTTP_SETTINGS) private readonly http: HttpSettings,
    @Inject(SESSION_SIGNING_SECRETS) private readonly secrets: readonly [string, ...string[]],
  ) {
    this.name = sessionCookieName(http);
  }

  /** The `Set-Cookie` value for a new session's token. */
  issue(token: string): string {
    return this.serialize(`${token}.${sign(this.secrets[0], token)}`, undefined);
  }

  /** The `Set-Cookie` value that makes a browser forget. */
  clear(): string {
    return this.serialize('', 0);
  }

  /** @returns the token; null when there is no cookie, undefined when its signature is not ours */
  read(header: string | undefined): string | null | undefined {
    if (header === undefined) return null;
    const value = parseCookie(header)[this.name];
    if (value === undefined || value === '') return null;
    const [token, signature, ...rest] = value.split('.');
    if (!token || !signature || rest.length > 0) return undefined;
    // The texts are compared, not what they decode to: several texts decode to the same bytes.
    const given = Buffer.from(signature);
    const matches = this.secrets.some((secret) => {
      const expected = Buffer.from(sign(secret, token));
      return given.length === expected.length && timingSafeEqual(given, expected);
    });
    return matches ? token : undefined;
  }

  private serialize(value: string, maxAge: number | undefined): string {
    return stringifySetCookie({
      name: this.name,
      value,
      httpOnly: true,
      secure: this.http.REQUIRE_WSS,
      sameSite: 'lax',
      path: '/',
      ...(maxAge !== undefined && { maxAge }),
    });
  }
}

/** What the database knows of a token. */
export function tokenHash(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Bound to the session by its token: who cannot read the cookie cannot make it. */
export function csrfTokenOf(token: string): string {
  return createHmac('sha256', token).update('wardline csrf').digest('base64url');
}
