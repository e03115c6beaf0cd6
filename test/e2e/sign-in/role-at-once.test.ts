import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { settleRoles } from '../../../src/identity/roles/settle-roles.js';
import { request, type Session, signIn, signInFirst } from '../../support/clients/client.js';
import { HeldTransaction } from '../../support/held-transaction.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';

let wardline: TestWardline;
let admin: Session;
let held: HeldTransaction;

beforeAll(async () => {
  const roles = [{ id: 'housekeeping', capabilities: [], labels: { en: 'Housekeeping' } }];
  wardline = await startTestWardline({ env: { LOCAL_SIGN_IN: 'admins' }, roles });
  await settleRoles(wardline.database.url, roles);
  admin = await signIn(wardline, 'admin');
});
afterAll(() => wardline.stop());
beforeEach(async () => {
  held = await HeldTransaction.begin(wardline);
});
afterEach(() => held.commit());

describe('a role that changes at that moment', () => {
  const password = 'a-password-of-their-own';

  async function administrator(username: string): Promise<string> {
    const { status, body } = await admin.post('/admin/staff', { username, name: username, role: 'admin', password });
    expect(status).toBe(201);
    return body.id as string;
  }
  const login = (username: string) => request(wardline, 'POST', '/api/v1/auth/login', { body: { username, password } });

  it('counts for the sign-in that LOCAL_SIGN_IN leaves to administrators', async () => {
    const id = await administrator('root-2');
    await held.query(`UPDATE staff SET role = 'nurse' WHERE id = $1`, [id]);
    const entering = login('root-2');
    await held.untilWaiting('%password_hash%FOR NO KEY UPDATE%');
    await held.commit();
    expect(await entering).toMatchObject({ status: 403, body: { error: { code: 'FORBIDDEN', details: { reason: 'local_sign_in' } } } });
    expect(await wardline.database.query('SELECT FROM sessions WHERE staff_id = $1', [id])).toEqual([]);
  });

  it('counts for a shift that waits for its turn to start', async () => {
    const id = await administrator('root-3');
    const person = await signInFirst(wardline, 'root-3', password);
    expect((await admin.post('/admin/memberships', { staff_id: id, dept: 'icu' })).status).toBe(201);
    await held.query('SELECT FROM department_queue WHERE dept_id = $1 FOR UPDATE', ['icu']);
    const starting = person.post('/departments/icu/shifts');
    await held.untilWaiting('%department_queue%');
    expect((await admin.send('PATCH', `/admin/staff/${id}`, { role: 'housekeeping' })).status).toBe(200);
    await held.commit();
    expect(await starting).toMatchObject({ status: 403, body: { error: { code: 'FORBIDDEN' } } });
    expect(await wardline.database.query('SELECT FROM shifts WHERE staff_id = $1', [id])).toEqual([]);
  });
});
