import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import hospital, { Cleaning } from '../../../support/own-program/hospital.js';
import { StartRefused } from '../../../../src/platform/common/start-refused.js';
import { migrateDown, migrateUp, migrationStatus } from '../../../../src/platform/database/migrations/migrations.js';
import { historyOf } from '../../../../src/platform/database/migrations/migration-history.js';
import { requireSound } from '../../../../src/program/load-hospital.js';
import { startTestWardline, type TestWardline } from '../../../../src/testing/index.js';
import { createTestDatabase } from '../../../support/servers/database.js';

const own = historyOf(hospital.name, hospital.migrations);

describe('a hospital’s own program, by the testing kit', () => {
  let wardline: TestWardline;
  beforeAll(async () => {
    wardline = await startTestWardline(hospital, { databaseUrl: inject('adminUrl'), settings: { TEST_HOUSE_L1_SEC: '40' } });
  });
  afterAll(() => wardline.stop());

  it('has its call type, with ladder and labels, and its policy with its settings', async () => {
    const rows = await wardline.query('SELECT l1_sec, repeat_sec, labels FROM call_types WHERE id = $1', ['drip']);
    expect(rows).toEqual([{ l1_sec: 30, repeat_sec: 30, labels: { en: 'Infusion', de: 'Infusion' } }]);
    const nurse = await wardline.ward.nurse('icu');
    const call = await wardline.ward.press('icu-101-bed');
    await wardline.ward.until(
      () =>
        nurse.client
          .department('icu')
          .getSnapshot()
          .calls.find(({ id }) => id === call.id),
      'the call on the screen',
    );
    await wardline.clock.advance(41, 's');
    const escalated = async () => ((await nurse.client.calls.get(call.id)).level >= 2 ? true : undefined);
    await wardline.ward.until(escalated, 'level 2 after 40 s');
    expect((await nurse.client.calls.accept(call.id)).state).toBe('accepted');
  });

  it('writes its entities in Wardline’s transaction, and not where that is rolled back', async () => {
    const cleaning = wardline.app.get(Cleaning, { strict: false });
    expect(cleaning.settings.TEST_HOUSE_L1_SEC).toBe(40);
    await cleaning.add('icu-101-a', false);
    await expect(cleaning.add('icu-102-a', true)).rejects.toThrow('on purpose');
    await expect(cleaning.nested()).rejects.toThrow('by hand');
    expect(await wardline.query('SELECT bed_id FROM own_cleaning_tasks')).toEqual([{ bed_id: 'icu-101-a' }]);
  });
});

describe('a hospital’s own migrations', () => {
  it('have a history of their own: taking them back leaves Wardline’s alone, and an older program of the hospital is refused', async () => {
    const database = await createTestDatabase();
    try {
      const names = () => database.query('SELECT name FROM migrations ORDER BY id');
      const before = await names();
      expect(await migrateUp(database.url, own)).toEqual(['cleaning-tasks20261201000000']);
      expect(await migrationStatus(database.url, own)).toMatchObject([{ isApplied: true, isAdditive: true }]);
      expect(await database.query('SELECT name FROM migrations_test_house')).toHaveLength(1);
      await migrateDown(database.url, 1, own);
      expect(await database.query("SELECT to_regclass('own_cleaning_tasks') AS found")).toEqual([{ found: null }]);
      expect(await names()).toEqual(before);
      await database.query("INSERT INTO migrations_test_house (timestamp, name) VALUES (29990101000000, 'later29990101000000')");
      await expect(migrateUp(database.url, own)).rejects.toThrow('later29990101000000 of test-house');
      await migrateUp(database.url);
    } finally {
      await database.drop();
    }
  });
});

describe('a hospital that is not sound', () => {
  it.each([
    [{ compatibility: '^9.0.0' }, /is written for Wardline \^9\.0\.0, and this is /],
    [{ compatibility: 'soon' }, /semver range/],
    [{ name: 'St Jude' }, /small letters/],
    [{ name: 'other' }, /TEST_HOUSE_L1_SEC must begin with OTHER_/],
    [{ migrations: new URL('./nowhere/', import.meta.url) }, /is no folder/],
    [{ callTypes: [{ ...hospital.callTypes[0], rank: 12 }] }, /callTypes: drip/],
  ])('is refused: %j', (wrong, message) => {
    expect(() => {
      requireSound({ ...hospital, ...wrong });
    }).toThrow(StartRefused);
    expect(() => {
      requireSound({ ...hospital, ...wrong });
    }).toThrow(message);
  });
});
