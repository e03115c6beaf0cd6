import { isRole } from '../../identity/access/capabilities.js';
import { deepEqual, equal, ok } from 'node:assert/strict';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { IdentityProvider } from '../../identity/access/identity-provider.js';
import type { It } from './support/test-runner.js';

/** The parts that an implementer brings, so that the contract can be checked. */
export interface IdentityProviderSubject {
  provider: IdentityProvider;
  /** Headers of a request by a user who is active, and that user's id. */
  known: { headers: Record<string, string>; staffId: string };
  /** Headers with a wrong claim of a person: forged, expired, revoked, a user who left. */
  invalid: Record<string, string>[];
}

function requestWith(headers: Record<string, string>): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  request.headers = headers;
  request.url = '/';
  request.method = 'GET';
  return request;
}

/** The promise of `IdentityProvider`; call it inside a `describe`. */
export function identityProviderContract(it: It, subject: () => IdentityProviderSubject): void {
  it('knows an active user, with role and memberships', async () => {
    const { provider, known } = subject();
    const answer = await provider.identify(requestWith(known.headers));
    ok(answer.kind === 'identified', `answered ${answer.kind}`);
    const { principal } = answer;
    equal(principal.id, known.staffId);
    ok(isRole(principal.role), principal.role);
    ok(Array.isArray(principal.departments));
    ok(principal.expiresAt > Date.now(), 'the session is over');
  });

  it('answers `absent` where there is nothing to identify by', async () => {
    deepEqual(await subject().provider.identify(requestWith({})), { kind: 'absent' });
  });

  it('answers `invalid`, and does not throw, for what is forged, expired, revoked or of a user who left', async () => {
    const { provider, invalid } = subject();
    ok(invalid.length > 0, 'the subject names nothing invalid');
    for (const headers of invalid) equal((await provider.identify(requestWith(headers))).kind, 'invalid');
  });

  it('gives the same answer to the same request', async () => {
    const { provider, known } = subject();
    deepEqual(await provider.identify(requestWith(known.headers)), await provider.identify(requestWith(known.headers)));
  });
}
