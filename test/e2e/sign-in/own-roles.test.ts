import { Controller, Get, Module } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { defineHospital, RequireCapability } from '../../../src/index.js';
import { StartRefused } from '../../../src/platform/common/start-refused.js';
import { requireSound } from '../../../src/program/load-hospital.js';
import { startTestWardline, type TestPerson, type TestWardline } from '../../../src/testing/index.js';

@Controller('api/v1/house/cleaning')
class CleaningController {
  @RequireCapability('cleaning.order')
  @Get()
  orders(): object {
    return { orders: [] };
  }
}

@Module({ controllers: [CleaningController] })
class CleaningModule {}

const CARE = ['call.accept', 'call.decline', 'call.arrive', 'call.complete', 'shift.work'];
const hospital = defineHospital({
  name: 'role-house',
  compatibility: '>=0.2.0',
  roles: [
    { id: 'doctor', capabilities: [...CARE, 'report.read'], labels: { en: 'Doctor', de: 'Ärztin, Arzt' } },
    { id: 'housekeeping', capabilities: ['cleaning.order'], labels: { en: 'Housekeeping' } },
  ],
  modules: [CleaningModule],
});

let wardline: TestWardline;
let doctor: TestPerson;
let cleaner: TestPerson;
beforeAll(async () => {
  wardline = await startTestWardline(hospital, { databaseUrl: inject('adminUrl') });
  doctor = await wardline.ward.newcomer('doctor', 'icu');
  cleaner = await wardline.ward.newcomer('housekeeping', 'icu', 'med');
});
afterAll(() => wardline.stop());

const forbidden = { code: 'FORBIDDEN' };

describe('a role of a hospital’s own', () => {
  it('is in the database, in the session and in the directory, with its capabilities and labels', async () => {
    expect(await wardline.query("SELECT id, capabilities FROM roles WHERE id = 'housekeeping'")).toEqual([
      { id: 'housekeeping', capabilities: ['cleaning.order'] },
    ]);
    expect(await cleaner.client.request('GET', '/auth/session')).toMatchObject({
      user: { role: 'housekeeping', departments: ['icu', 'med'] },
      capabilities: ['cleaning.order'],
    });
    expect(await doctor.client.request('GET', '/departments/icu')).toMatchObject({
      roles: [
        { id: 'doctor', labels: expect.objectContaining({ en: 'Doctor' }) as unknown },
        { id: 'housekeeping', labels: expect.objectContaining({ en: 'Housekeeping' }) as unknown },
      ],
    });
    const admin = await wardline.ward.admin();
    const { items } = (await admin.client.request('GET', '/admin/roles')) as { items: { id: string }[] };
    expect(items.map(({ id }) => id)).toEqual(['admin', 'doctor', 'housekeeping', 'manager', 'nurse']);
  });

  it('has exactly its capabilities at routes', async () => {
    expect(await cleaner.client.request('GET', '/house/cleaning')).toEqual({ orders: [] });
    await expect(doctor.client.request('GET', '/house/cleaning')).rejects.toMatchObject(forbidden);
    expect(await doctor.client.request('GET', '/departments/icu/report')).toMatchObject({ dept: 'icu' });
    await expect(cleaner.client.request('GET', '/departments/icu/report')).rejects.toMatchObject(forbidden);
    await expect(doctor.client.request('GET', '/departments/icu/exclusions')).rejects.toMatchObject(forbidden);
    await expect(doctor.client.request('GET', '/admin/roles')).rejects.toMatchObject(forbidden);
  });

  it('works a shift and is asked for calls where it may, and not otherwise', async () => {
    const { ward } = wardline;
    await expect(cleaner.client.shifts.start('icu')).rejects.toMatchObject(forbidden);
    await doctor.client.shifts.start('icu');
    const call = await ward.press('icu-101-bed');
    expect(call.recipients).toEqual([expect.objectContaining({ staff_id: doctor.id, role: 'doctor' })]);
    await expect(cleaner.client.calls.accept(call.id)).rejects.toMatchObject({ ...forbidden, details: { reason: 'capability' } });
    expect((await doctor.client.calls.accept(call.id)).state).toBe('accepted');
    await doctor.client.calls.arrive(call.id);
    expect((await doctor.client.calls.complete(call.id)).state).toBe('completed');
    await expect(cleaner.client.calls.raise({ type: 'patient_normal', room_id: 'icu-101' })).rejects.toMatchObject(forbidden);
  });

  it('is refused in the record, once within a minute however often it asks', async () => {
    const newcomer = await wardline.ward.newcomer('housekeeping', 'icu');
    const { id } = await wardline.ward.press('icu-102-bed');
    for (let turn = 0; turn < 3; turn++) await expect(newcomer.client.calls.accept(id)).rejects.toMatchObject(forbidden);
    const refusals = () =>
      wardline.query("SELECT action, detail FROM audit WHERE actor = $1 AND result = 'refused'", [`staff:${newcomer.id}`]);
    // Right after its answer: a frame does not wait for the record.
    await wardline.ward.until(async () => ((await refusals()).length > 0 ? true : undefined), 'the record');
    expect(await refusals()).toEqual([{ action: 'access', detail: { count: 1, reason: 'forbidden' } }]);
  });

  it('is in the public view while its people are available', async () => {
    const available = () => wardline.query("SELECT staff_id, role, connected, busy FROM wardline_available_nurses WHERE dept_id = 'icu'");
    expect(await available()).toEqual([{ staff_id: doctor.id, role: 'doctor', connected: true, busy: false }]);
  });

  it('that may answer no call keeps nobody from being told: a ward with a cleaner alone is unattended, and level 3 fires at once', async () => {
    const { ward } = wardline;
    const call = await ward.press('med-201-bed');
    expect(call.level).toBe(3);
    expect(call.recipients.map(({ staff_id }) => staff_id)).not.toContain(cleaner.id);
    const told = async () => (await wardline.query("SELECT 1 FROM unattended_departments WHERE dept_id = 'med'"))[0];
    await ward.until(told, 'the unattended department');
  });

  it('that works no shifts ends those of a person who gets it', async () => {
    const { ward } = wardline;
    const moved = await ward.newcomer('doctor', 'surg');
    await moved.client.shifts.start('surg');
    const admin = await ward.admin();
    await admin.client.request('PATCH', `/admin/staff/${moved.id}`, { body: { role: 'housekeeping' } });
    expect(await wardline.query('SELECT end_reason FROM shifts WHERE staff_id = $1', [moved.id])).toEqual([{ end_reason: 'abandoned' }]);
    await ward.until(async () => {
      const { capabilities } = (await moved.client.request('GET', '/auth/session')) as { capabilities: string[] };
      return capabilities.length === 1 || undefined;
    }, 'the new capabilities');
  });

  it('that nobody declares is refused', async () => {
    const admin = await wardline.ward.admin();
    const body = { username: 'nobody', name: 'Nobody', role: 'wizard', password: 'a long enough secret' };
    await expect(admin.client.request('POST', '/admin/staff', { body })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
  });
});

describe('a role that is not sound', () => {
  const labels = { en: 'One' };
  it.each([
    [{ id: 'nurse', capabilities: [], labels }, /is one of Wardline’s/],
    [{ id: 'porter', capabilities: ['call.acept'], labels }, /no capability/],
    [{ id: 'porter', capabilities: ['administration'], labels }, /no capability/],
    [{ id: 'porter', capabilities: ['shift.work'], labels }, /shift\.work needs call\.accept/],
    [{ id: 'Porter', capabilities: [], labels }, /roles: Porter/],
  ])('refuses the start: %j', (role, message) => {
    const start = () => {
      requireSound({ ...hospital, roles: [role] });
    };
    expect(start).toThrow(StartRefused);
    expect(start).toThrow(message);
  });
});
