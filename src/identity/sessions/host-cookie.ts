import { parseCookie, stringifySetCookie } from 'cookie';
import type { HttpSettings } from '../../platform/config/settings/http.settings.js';

/** The longest that browsers keep a cookie. */
export const LONGEST_AGE_SEC = 400 * 86_400;

/** Browsers take a `__Host-` cookie over TLS only. @param suffix after `wardline`, as in `-device` */
export function hostCookieName({ REQUIRE_WSS }: Pick<HttpSettings, 'REQUIRE_WSS'>, suffix: string): string {
  return `${REQUIRE_WSS ? '__Host-' : ''}wardline${suffix}`;
}

/** One of Wardline's cookies: for this host alone, out of the reach of scripts, and over TLS only where TLS is required. */
export class HostCookie {
  private readonly name: string;

  constructor(
    private readonly http: Pick<HttpSettings, 'REQUIRE_WSS'>,
    suffix: string,
    private readonly sameSite: 'lax' | 'strict',
  ) {
    this.name = hostCookieName(http, suffix);
  }

  /** The `Set-Cookie` value. @param maxAge seconds; without it the cookie ends with the browser's session */
  set(value: string, maxAge?: number): string {
    return stringifySetCookie({
      name: this.name,
      value,
      httpOnly: true,
      secure: this.http.REQUIRE_WSS,
      sameSite: this.sameSite,
      path: '/',
      ...(maxAge !== undefined && { maxAge }),
    });
  }

  /** @returns the cookie's value; undefined where there is none, or an empty one */
  read(header: string | undefined): string | undefined {
    const value = header === undefined ? undefined : parseCookie(header)[this.name];
    return value === '' ? undefined : value;
  }
}
