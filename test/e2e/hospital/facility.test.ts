import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settleFacility } from '../../../src/ward/hospital/settle-facility.js';
import { request, type Session, signIn } from '../../support/clients/client.js';
import { createTestDatabase } from '../../support/servers/database.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';

let wardline: TestWardline;
let admin: Session;
let nurse: Session;

beforeAll(async () => {
  wardline = await startTestWardline();
  [admin, nurse] = await Promise.all([signIn(wardline, 'admin'), signIn(wardline, 'icu-nurse-1')]);
});

afterAll(() => wardline.stop());

describe('the facility', () => {
  it('is shown to everybody who is signed in, and to nobody else', async () => {
    const { status, body } = await nurse.get('/facility');
    expect(status).toBe(200);
    expect(body).toMatchObject({ name: expect.any(String), time_zone: expect.any(String), languages: expect.any(Array) });
    expect(body.shifts).toEqual([
      { name: 'day', start: '06:00' },
      { name: 'evening', start: '14:00' },
      { name: 'night', start: '22:00' },
    ]);
    expect((await request(wardline, 'GET', '/api/v1/facility')).status).toBe(401);
  });

  it('is changed by administrators, in part or whole, and the change is audited', async () => {
    const shifts = [
      { name: 'night', start: '19:00' },
      { name: 'day', start: '07:00' },
    ];
    const changed = await admin.send('PATCH', '/admin/facility', { name: 'St. Jude', time_zone: 'Europe/Berlin', shifts });
    expect(changed).toMatchObject({ status: 200, body: { name: 'St. Jude', time_zone: 'Europe/Berlin', shifts: shifts.toReversed() } });
    const again = await admin.send('PATCH', '/admin/facility', { languages: ['de', 'pt-br'] });
    expect(again.body).toMatchObject({ name: 'St. Jude', languages: ['de', 'pt-BR'], shifts: shifts.toReversed() });
    expect((await nurse.get('/facility')).body).toEqual(again.body);
    const { body } = await admin.get('/admin/audit?action=facility.update');
    expect(body.items).toHaveLength(2);
    expect(body.items[0]).toMatchObject({ target: 'facility', result: 'ok', detail: { languages: ['de', 'pt-BR'] } });
  });

  it.each([
    { time_zone: 'Europe/Nowhere' },
    { time_zone: '+01:00' },
    { time_zone: '' },
    { name: '' },
    { languages: [] },
    { languages: ['en', 'en'] },
    { languages: ['en', 'EN'] },
    { languages: ['not a language'] },
    { shifts: [] },
    { shifts: [{ name: 'day', start: '24:00' }] },
    { shifts: [{ name: 'day', start: '7:00' }] },
    { shifts: [{ name: 'all', start: '07:00' }] },
    { shifts: Array.from({ length: 2 }, () => ({ name: 'day', start: '07:00' })) },
    {
      shifts: [
        { name: 'day', start: '07:00' },
        { name: 'night', start: '07:00' },
      ],
    },
    { floors: 3 },
  ])('refuses %j, and changes nothing', async (patch) => {
    const before = (await nurse.get('/facility')).body as unknown;
    const refused = await admin.send('PATCH', '/admin/facility', patch);
    expect([refused.status, refused.body.error.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect((await nurse.get('/facility')).body).toEqual(before);
  });

  it('is not for others to change', async () => {
    expect((await nurse.send('PATCH', '/admin/facility', { name: 'Ours' })).status).toBe(403);
  });

  it('cannot hold what a report could not read', async () => {
    for (const shifts of ['[]', '{}', '[{"name":"day","start":"25:00"}]', '[{"start":"07:00"}]'])
      await expect(wardline.database.query('UPDATE facility SET shifts = $1', [shifts])).rejects.toThrow(/facility_shifts_check/);
    await expect(wardline.database.query(`UPDATE facility SET languages = '{}'`)).rejects.toThrow(/facility_languages_check/);
  });
});

describe('the settings', () => {
  it('name a facility that nobody has named, once', async () => {
    const database = await createTestDatabase();
    try {
      await settleFacility(database.url, { name: 'Charité', timeZone: 'Asia/Riyadh' });
      await settleFacility(database.url, { name: 'Another', timeZone: 'UTC' });
      expect(await database.query('SELECT name, time_zone FROM facility')).toEqual([{ name: 'Charité', time_zone: 'Asia/Riyadh' }]);
    } finally {
      await database.drop();
    }
  });

  it("take the machine's zone unless one is given, and refuse one that the database does not know", async () => {
    const database = await createTestDatabase();
    try {
      await expect(settleFacility(database.url, { name: undefined, timeZone: 'Mars/Olympus' })).rejects.toThrow(/FACILITY_TIME_ZONE/);
      await settleFacility(database.url, { name: undefined, timeZone: undefined });
      const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
      expect(await database.query('SELECT name, time_zone FROM facility')).toEqual([{ name: 'Hospital', time_zone: zone }]);
    } finally {
      await database.drop();
    }
  });
});
