import { Body, Controller, Module, Post, Req, Res } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ExternalIdentity, ExternalSignIn } from '../../../src/admin/people/external-sign-in.service.js';
import { Public } from '../../../src/identity/access/access.js';
import { request, Session, signIn } from '../../support/clients/client.js';
import { HeldTransaction } from '../../support/held-transaction.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';

@Controller('sso')
class SsoController {
  constructor(private readonly external: ExternalSignIn) {}

  @Public()
  @Post()
  async enter(@Body() who: ExternalIdentity, @Req() request: never, @Res({ passthrough: true }) response: never): Promise<object> {
    const { id } = await this.external.signInExternal(who, { request, response });
    return { id };
  }
}

@Module({ controllers: [SsoController] })
class SsoModule {}

let wardline: TestWardline;
beforeAll(async () => {
  wardline = await startTestWardline({ modules: [SsoModule], env: { LOCAL_SIGN_IN: 'admins' } });
});
afterAll(() => wardline.stop());

const ann: ExternalIdentity = {
  issuer: 'https://sso.example',
  subject: 'a-1',
  username: 'ann',
  name: 'Ann Lee',
  role: 'nurse',
  departments: ['icu'],
};
const enter = (who: ExternalIdentity) => request(wardline, 'POST', '/sso', { body: who });
async function sessionOf(who: ExternalIdentity): Promise<Session> {
  const answer = await enter(who);
  expect(answer.status).toBe(201);
  const cookie = answer.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  const { body } = await request(wardline, 'GET', '/api/v1/auth/session', { headers: { cookie } });
  return new Session(wardline, cookie, body.csrf_token, body.user);
}

describe('a sign-in by another system', () => {
  it('makes the person and gives the session cookie; the person works as any other', async () => {
    const session = await sessionOf(ann);
    expect(session.user).toMatchObject({ username: 'ann', name: 'Ann Lee', role: 'nurse', departments: ['icu'] });
    expect((await session.post('/departments/icu/shifts')).status).toBe(201);
  });

  it('brings name, role and departments up to date at the next one, for the same person', async () => {
    const first = await sessionOf(ann);
    const next = await sessionOf({ ...ann, name: 'Ann Miller', role: 'manager', departments: ['med'] });
    expect(next.user).toMatchObject({ id: first.user.id, name: 'Ann Miller', role: 'manager', departments: ['med'] });
    await sessionOf(ann);
  });

  it('takes a department that is named twice for one', async () => {
    const { user } = await sessionOf({ ...ann, subject: 'a-4', username: 'cleo', departments: ['icu', 'icu'] });
    expect(user).toMatchObject({ username: 'cleo', departments: ['icu'] });
  });

  it('refuses a user name that somebody else has, an unknown department, and a person who was deactivated', async () => {
    expect(await enter({ ...ann, subject: 'a-2' })).toMatchObject({ status: 409, body: { error: { code: 'ALREADY_EXISTS' } } });
    expect(await enter({ ...ann, departments: ['nowhere'] })).toMatchObject({ status: 400 });
    const admin = await signIn(wardline, 'admin');
    const { user } = await sessionOf({ ...ann, subject: 'a-3', username: 'bea' });
    await admin.send('PATCH', `/admin/staff/${user.id}`, { active: false });
    expect(await enter({ ...ann, subject: 'a-3', username: 'bea' })).toMatchObject({ status: 403 });
  });

  it('finds a membership that an administrator is just making', async () => {
    const dee = { ...ann, subject: 'a-5', username: 'dee' };
    const { user } = await sessionOf(dee);
    const held = await HeldTransaction.begin(wardline);
    try {
      await held.query(`INSERT INTO memberships (staff_id, dept_id) VALUES ($1, 'med')`, [user.id]);
      const entering = enter({ ...dee, departments: ['icu', 'med'] });
      await held.untilWaiting('%external_identities%');
      await held.commit();
      expect((await entering).status).toBe(201);
      expect((await sessionOf(dee)).user.departments).toEqual(['icu']);
    } finally {
      await held.commit();
    }
  });

  it('is in the record, and a password is no way in where LOCAL_SIGN_IN leaves it to administrators', async () => {
    const admin = await signIn(wardline, 'admin');
    const { items } = (await admin.get('/admin/audit?action=sign_in&limit=200')).body;
    expect(items).toContainEqual(expect.objectContaining({ result: 'ok', detail: { issuer: 'https://sso.example' } }));
    expect(items).toContainEqual(
      expect.objectContaining({ result: 'refused', detail: { issuer: 'https://sso.example', reason: 'forbidden' } }),
    );
    await expect(signIn(wardline, 'icu-nurse-1')).rejects.toThrow('403');
  });
});
