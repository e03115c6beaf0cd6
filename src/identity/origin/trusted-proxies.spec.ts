import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { HttpSettings } from '../../platform/config/settings/http.settings.js';
import { TrustedProxies } from './trusted-proxies.js';

const proxies = new TrustedProxies({ TRUSTED_PROXIES: ['10.0.0.0/8'] } as unknown as HttpSettings);
const requestOf = (remoteAddress: string, headers: Record<string, string>) =>
  ({ socket: { remoteAddress }, headers: { host: 'inside', ...headers } }) as unknown as IncomingMessage;

describe('what a request says of its way', () => {
  it.each([
    ['https', true],
    ['http', false],
    ['https, http', false],
    ['http, https', true],
    ['HTTPS', true],
    ['', false],
  ])('X-Forwarded-Proto "%s" of a trusted proxy: the last value counts, which it has added', (value, isSecure) => {
    expect(proxies.isSecure(requestOf('10.0.0.1', { 'x-forwarded-proto': value }))).toBe(isSecure);
  });

  it('the last host counts, too', () => {
    expect(proxies.host(requestOf('10.0.0.1', { 'x-forwarded-host': 'evil.example, ward.example' }))).toBe('ward.example');
  });

  it('counts for nothing from anybody else', () => {
    const request = requestOf('192.0.2.1', { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example' });
    expect(proxies.isSecure(request)).toBe(false);
    expect(proxies.host(request)).toBe('inside');
  });
});
