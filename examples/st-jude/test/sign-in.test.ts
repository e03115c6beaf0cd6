import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestWardline, type TestWardline } from 'wardline/testing';
import hospital from '../src/hospital.js';
import { OpenIdStandIn } from './openid-stand-in.js';

const CALLBACK = '/api/v1/st-jude/sso/callback';
const ann = { sub: 'a-1', preferred_username: 'ann', name: 'Ann Lee', groups: ['ward-icu', 'ward-med', 'head-nurses'] };

describe('the sign-in of St Jude', () => {
  const provider = new OpenIdStandIn();
  let wardline: TestWardline;

  before(async () => {
    await provider.open();
    wardline = await startTestWardline(hospital, { settings: { ST_JUDE_SSO_ISSUER: provider.issuer, LOCAL_SIGN_IN: 'admins' } });
  });
  after(async () => {
    await wardline.stop();
    provider.close();
  });

  /** The browser's way to the provider and back. */
  async function signIn(person: object, change = (query: string) => query): Promise<Response> {
    const away = await wardline.ward.fetch('/api/v1/st-jude/sso/login');
    assert.equal(away.status, 303);
    const cookie = away.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const query = provider.signIn(away.headers.get('location') ?? '', person);
    return wardline.ward.fetch(`${CALLBACK}?${change(query)}`, { headers: { cookie } });
  }
  const codeOf = async (answer: Response) => ((await answer.json()) as { error: { code: string } }).error.code;

  it('makes a person of whom the provider vouches for, with role and wards by group', async () => {
    const back = await signIn(ann);
    assert.equal(back.status, 303);
    assert.equal(back.headers.get('location'), '/app');
    const cookie = back.headers.getSetCookie().at(-1)?.split(';')[0] ?? '';
    const session = (await (await wardline.ward.fetch('/api/v1/auth/session', { headers: { cookie } })).json()) as { user: object };
    const { id: _, ...user } = session.user as { id: string };
    assert.deepEqual(
      { ...user, departments: [...(user as { departments: string[] }).departments].sort() },
      { ...user, username: 'ann', name: 'Ann Lee', role: 'manager', departments: ['icu', 'med'] },
    );
  });

  it('refuses a state, a nonce, an audience and a time that are not its own, and people of no ward', async () => {
    assert.equal(await codeOf(await wardline.ward.fetch(`${CALLBACK}?code=code-1&state=a`)), 'ST_JUDE_SSO_REFUSED');
    const wrong = [{ nonce: 'other' }, { aud: 'other' }, { iss: 'https://other.example' }, { exp: 1 }, { groups: ['visitors'] }];
    for (const claim of wrong) assert.equal(await codeOf(await signIn({ ...ann, ...claim })), 'ST_JUDE_SSO_REFUSED', JSON.stringify(claim));
    const otherState = (query: string) => query.replace(/state=[^&]+/, 'state=other');
    assert.equal(await codeOf(await signIn(ann, otherState)), 'ST_JUDE_SSO_REFUSED');
  });

  it('says when the provider is away; a press does not depend on it', async () => {
    provider.close();
    const answer = await wardline.ward.fetch('/api/v1/st-jude/sso/login');
    assert.equal(answer.status, 503);
    assert.equal(await codeOf(answer), 'ST_JUDE_SSO_AWAY');
    assert.equal((await wardline.ward.press('icu-101-bed')).state, 'pending');
  });
});
