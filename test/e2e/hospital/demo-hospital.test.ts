import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AnyFrame, type Session, signIn } from '../../support/clients/client.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';

let wardline: TestWardline;
let admin: Session;

beforeAll(async () => {
  wardline = await startTestWardline();
  admin = await signIn(wardline, 'admin');
});

afterAll(() => wardline.stop());

describe('the demo hospital', () => {
  it('has the people, places and stations that its first-run file names', () => {
    const { staff, stations, admin: first } = wardline.firstRun;
    expect(first.username).toBe('admin');
    expect(staff.find((one) => one.username === 'icu-nurse-1')).toMatchObject({ role: 'nurse', departments: ['icu'] });
    expect(stations.find((one) => one.id === 'icu-101-bed')).toMatchObject({ dept: 'icu', room_id: 'icu-101', kind: 'bedside' });
  });

  it('shows labels in English, Arabic and German, and names that people have', async () => {
    const { body } = await admin.get('/departments/icu');
    expect(body.languages).toEqual(['en', 'ar', 'de']);
    for (const { id, labels } of body.call_types as AnyFrame[]) {
      expect(Object.keys(labels as object), id).toEqual(['en', 'ar', 'de']);
      expect(labels.ar, id).toMatch(/^[\u0600-\u06FF ]+$/);
      expect(new Set(Object.values(labels as object)).has(id), id).toBe(false);
    }
    expect(body.rooms).toContainEqual({ id: 'icu-101', name: 'Room 101' });
    expect(body.beds).toContainEqual({ id: 'icu-101-a', room_id: 'icu-101', name: 'Bed A' });
    const names = body.staff.map((one: AnyFrame) => one.name as string) as string[];
    expect(names).toHaveLength(8);
    expect(new Set(names).size).toBe(8);
    expect(names.join()).not.toMatch(/nurse|\d/i);
  });

  it('has people who read each of its languages', async () => {
    const { body } = await admin.get('/admin/staff?limit=50');
    const languages = new Set(body.items.map((one: AnyFrame) => one.language as string));
    expect([...languages].sort()).toEqual(['ar', 'de', 'en']);
  });
});
