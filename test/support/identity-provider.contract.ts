import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { expect, it } from 'vitest';
import type { IdentityProvider } from '../../src/identity/access/identity-provider.js';

/** What an implementer brings for the contract to be checked. */
export interface IdentityProviderSubject {
  provider: IdentityProvider;
  /** Headers of a request by a user who is active, and who that is. */
  known: { headers: Record<string, string>; staffId: string };
  /** Headers that claim somebody, wrongly: forged, expired, revoked, a user who left. */
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
export function identityProviderContract(subject: () => IdentityProviderSubject): void {
  it('knows an active user, with role and memberships', async () => {
    const { provider, known } = subject();
    const answer = await provider.identify(requestWith(known.headers));
    expect(answer).toMatchObject({ kind: 'identified', principal: { kind: 'staff', id: known.staffId } });
    if (answer.kind !== 'identified') return;
    expect(['nurse', 'manager', 'admin']).toContain(answer.principal.role);
    expect(Array.isArray(answer.principal.departments)).toBe(true);
    expect(answer.principal.expiresAt).toBeGreaterThan(Date.now());
  });

  it('answers `absent` where there is nothing to identify by', async () => {
    expect(await subject().provider.identify(requestWith({}))).toEqual({ kind: 'absent' });
  });

  it('answers `invalid`, and does not throw, for what is forged, expired, revoked or of a user who left', async () => {
    const { provider, invalid } = subject();
    expect(invalid.length).toBeGreaterThan(0);
    for (const headers of invalid) expect(await provider.identify(requestWith(headers))).toEqual({ kind: 'invalid' });
  });

  it('gives the same user the same CSRF token, and different sessions different ones', async () => {
    const { provider, known } = subject();
    const [first, second] = [await provider.identify(requestWith(known.headers)), await provider.identify(requestWith(known.headers))];
    expect(first).toEqual(second);
  });
}
