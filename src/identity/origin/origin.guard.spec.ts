import { describe, expect, it } from 'vitest';
import type { HttpSettings } from '../../platform/config/settings/http.settings.js';
import type { AllowedHosts } from './allowed-hosts.js';
import type { GuardedRequest } from '../access/guarded-request.js';
import { OriginGuard } from './origin.guard.js';
import { TrustedProxies } from './trusted-proxies.js';

const OWN = 'http://ward.example';
const ALLOWED = 'https://allowed.example';
const PARTNER = 'https://partner.example';

const settings = { ALLOWED_ORIGINS: [ALLOWED], TRUSTED_PROXIES: [] } as unknown as HttpSettings;
const guard = new OriginGuard(settings, new TrustedProxies(settings), { require: () => undefined } as unknown as AllowedHosts);

function passes(origin: string | undefined, rule?: 'any' | readonly string[]): boolean {
  const headers = { host: 'ward.example', ...(origin !== undefined && { origin }) };
  try {
    guard.requireOwnOrigin({ headers, socket: {} } as unknown as GuardedRequest, rule);
    return true;
  } catch {
    return false;
  }
}

describe('an origin', () => {
  it.each([
    ['without a rule', undefined, [ALLOWED]],
    ['with a list, in the place of ALLOWED_ORIGINS', [PARTNER], [PARTNER]],
    ['with any', 'any' as const, [ALLOWED, PARTNER, 'null']],
    ['with an empty list', [], []],
  ])('of a route %s', (_, rule, passing) => {
    expect([ALLOWED, PARTNER, 'null'].filter((origin) => passes(origin, rule))).toEqual(passing);
    expect([OWN, undefined].every((origin) => passes(origin, rule))).toBe(true);
  });
});
