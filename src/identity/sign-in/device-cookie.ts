import { createHmac, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { HTTP_SETTINGS } from '../../platform/config/config.module.js';
import type { HttpSettings } from '../../platform/config/settings/http.settings.js';
import { HostCookie, LONGEST_AGE_SEC } from '../sessions/host-cookie.js';
import { SESSION_SIGNING_SECRETS } from '../sessions/session-cookie.js';
import { isSameSecret } from '../../platform/common/values/same-secret.js';

const DEVICE_BYTES = 15;
const TAG_BYTES = 15;
/** People of one browser: a shared workstation of a ward. The one who signed in longest ago is forgotten first. */
const MAX_PEOPLE = 32;
const PART = /^[\w-]{20}$/;

/**
 * A cookie that proves that people have signed in with this browser before: `<device>.<tag>.<tag>…`, a tag for each of them. A tag is an HMAC over the
 * device and the user name, so nobody can make one, or turn that of one person into that of another. It opens nothing: it only gives the
 * sign-in of these people from this browser a budget of its own.
 */
@Injectable()
export class DeviceCookie {
  private readonly cookie: HostCookie;

  constructor(
    @Inject(HTTP_SETTINGS) http: HttpSettings,
    @Inject(SESSION_SIGNING_SECRETS) private readonly secrets: readonly [string, ...string[]],
  ) {
    this.cookie = new HostCookie(http, '-device', 'lax');
  }

  /** @returns the device that the cookie names, when this user has signed in with it before */
  deviceOf(header: string | undefined, username: string): string | undefined {
    const { device, tags } = this.read(header);
    return device !== undefined && tags.some((tag) => this.isTagOf(tag, device, username)) ? device : undefined;
  }

  /** The `Set-Cookie` value after a sign-in: what the browser held, and this user. */
  issue(header: string | undefined, username: string): string {
    const { device = randomBytes(DEVICE_BYTES).toString('base64url'), tags } = this.read(header);
    const others = tags.filter((tag) => !this.isTagOf(tag, device, username));
    const kept = [tagOf(this.secrets[0], device, username), ...others].slice(0, MAX_PEOPLE);
    return this.cookie.set([device, ...kept].join('.'), LONGEST_AGE_SEC);
  }

  private read(header: string | undefined): { device?: string; tags: string[] } {
    const [device, ...tags] = (this.cookie.read(header) ?? '').split('.', MAX_PEOPLE + 1);
    return device !== undefined && [device, ...tags].every((part) => PART.test(part)) ? { device, tags } : { tags: [] };
  }

  private isTagOf(tag: string, device: string, username: string): boolean {
    return this.secrets.some((secret) => isSameSecret(tag, tagOf(secret, device, username)));
  }
}

/** The hyphenated prefix keeps tags apart from the signatures of sessions, which the same secrets make. */
function tagOf(secret: string, device: string, username: string): string {
  return createHmac('sha256', secret)
    .update(`wardline device\n${device}\n${username}`)
    .digest()
    .subarray(0, TAG_BYTES)
    .toString('base64url');
}
