import { Inject, Injectable } from '@nestjs/common';
import { HTTP_SETTINGS } from '../../platform/config/config.module.js';
import type { HttpSettings } from '../../platform/config/settings/http.settings.js';
import { HostCookie, LONGEST_AGE_SEC } from '../sessions/host-cookie.js';
import { SESSION_SIGNING_SECRETS } from '../sessions/session-cookie.js';
import { signToken, verifyToken } from '../sessions/signed-token.js';

/** The cookie of a wall board. It and the cookie of a person do not replace each other. */
@Injectable()
export class BoardCookie {
  private readonly cookie: HostCookie;

  constructor(
    @Inject(HTTP_SETTINGS) http: HttpSettings,
    @Inject(SESSION_SIGNING_SECRETS) private readonly secrets: readonly [string, ...string[]],
  ) {
    this.cookie = new HostCookie(http, '-board', 'strict');
  }

  issue(token: string): string {
    return this.cookie.set(signToken(this.secrets[0], token), LONGEST_AGE_SEC);
  }

  /** @returns the token; null without a cookie, undefined when its signature is not ours */
  read(header: string | undefined): string | null | undefined {
    const value = this.cookie.read(header);
    return value === undefined ? null : verifyToken(this.secrets, value);
  }
}
