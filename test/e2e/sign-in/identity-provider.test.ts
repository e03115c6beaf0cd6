import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IdentityProvider } from '../../../src/identity/access/identity-provider.js';
import { signIn } from '../../support/clients/client.js';
import { identityProviderContract, type IdentityProviderSubject } from '../../../src/testing/contracts/identity-provider.contract.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';

describe('SessionIdentityProvider keeps the promise of IdentityProvider', () => {
  let wardline: TestWardline;
  let subject: IdentityProviderSubject;
  beforeAll(async () => {
    wardline = await startTestWardline();
    const anna = await signIn(wardline, 'icu-nurse-1');
    const left = await signIn(wardline, 'icu-nurse-2');
    await wardline.database.query('UPDATE staff SET active = false WHERE id = $1', [left.user.id]);
    const ended = await signIn(wardline, 'icu-nurse-3');
    await ended.post('/auth/logout');
    const [name = '', value = ''] = anna.cookie.split('=');
    const forged = `${name}=${'A'.repeat(43)}.${value.split('.')[1] ?? ''}`;
    subject = {
      provider: wardline.app.get(IdentityProvider),
      known: { headers: { cookie: anna.cookie }, staffId: anna.user.id },
      invalid: [forged, `${name}=x`, `${name}=${value}x`, left.cookie, ended.cookie, `${name}=${'é'.repeat(100)}`].map((cookie) => ({
        cookie,
      })),
    };
  });
  afterAll(() => wardline.stop());

  identityProviderContract(it, () => subject);

  it('separates sessions: another sign-in has another CSRF token', async () => {
    const [one, two] = [await signIn(wardline, 'med-nurse-1'), await signIn(wardline, 'med-nurse-1')];
    expect(one.csrf).not.toBe(two.csrf);
  });
});
