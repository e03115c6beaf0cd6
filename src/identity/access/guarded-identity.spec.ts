import type { IncomingMessage } from 'node:http';
import { Counter } from 'prom-client';
import { expect, it } from 'vitest';
import type { Clock } from '../../platform/common/clock.js';
import { ExtensionGuard } from '../../platform/extensions/extension-guard.js';
import type { Logger } from '../../platform/logging/logger.js';
import { GuardedIdentity } from './guarded-identity.js';
import { type Identification, IdentityProvider } from './identity-provider.js';

class Answering extends IdentityProvider {
  constructor(
    private readonly key: string,
    private readonly answer: () => Promise<Identification>,
  ) {
    super();
  }

  identify(): Promise<Identification> {
    return this.answer();
  }

  override credentialOf(): string {
    return this.key;
  }
}

const request = { headers: {} } as IncomingMessage;

it('a provider that is off is not asked: Wardline’s own sessions are, so that somebody can enable it again', async () => {
  const counter = new Counter({ name: 'failures', help: 'in a test', labelNames: ['point', 'reason'], registers: [] });
  const guard = new ExtensionGuard({ error: () => undefined } as unknown as Logger, { now: () => 0 } as Clock, counter);
  const own = new Answering('own', () => Promise.reject(new Error('on purpose')));
  const sessions = new Answering('session', () => Promise.resolve({ kind: 'invalid' }));
  const identity = new GuardedIdentity(own, sessions, guard);
  expect(identity.credentialOf(request)).toBe('own');
  await expect(identity.identify(request)).rejects.toThrow('cannot answer now');
  guard.switchOff(new Set(['identity provider']));
  expect(identity.credentialOf(request)).toBe('session');
  expect(await identity.identify(request)).toEqual({ kind: 'invalid' });
  guard.switchOff(new Set());
  expect(identity.credentialOf(request)).toBe('own');
});
