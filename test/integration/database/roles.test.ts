import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { grantToApplication } from '../../../src/platform/database/access/grants.js';
import { setRetentionFloor } from '../../../src/platform/database/retention-floor.js';
import { excessPowerOf } from '../../../src/platform/database/access/role-check.js';
import { createTestDatabase, type TestDatabase } from '../../support/servers/database.js';

const role = `wardline_app_${randomBytes(4).toString('hex')}`;
let database: TestDatabase;
let applicationUrl: string;

beforeAll(async () => {
  database = await createTestDatabase('demo hospital');
  await database.query(`CREATE ROLE ${role} LOGIN PASSWORD 'of-a-test'`);
  const url = new URL(database.url);
  [url.username, url.password] = [role, 'of-a-test'];
  applicationUrl = url.href;
  await grantToApplication(database.url, applicationUrl);
});
afterAll(async () => {
  await database.query(`DROP OWNED BY ${role}`);
  await database.query(`DROP ROLE ${role}`);
  await database.drop();
});

async function asApplication(text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: applicationUrl });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

it('a role that is a superuser, or owns the record, is found to be too powerful; the application’s is not', async () => {
  expect(await excessPowerOf(database.url)).toBe('superuser');
  expect(await excessPowerOf(applicationUrl)).toBeUndefined();
  await database.query(`ALTER TABLE audit OWNER TO ${role}`);
  expect(await excessPowerOf(applicationUrl)).toBe('owner');
  await database.query('ALTER TABLE audit OWNER TO CURRENT_USER');
  await grantToApplication(database.url, applicationUrl);
});

it('the application empties neither record nor log by a number, and does not lower the floor', async () => {
  await database.query("SELECT append_audit('system', 'test', NULL, 'ok', NULL, NULL)");
  await database.moveClock(100 * 86_400);
  expect(await asApplication('SELECT purge_audit((SELECT max(id) FROM audit), 1) AS gone')).toEqual([{ gone: 0 }]);
  await setRetentionFloor(applicationUrl, { eventDays: 1, auditDays: 1 });
  await expect(asApplication('UPDATE retention_floor SET audit_days = 1')).rejects.toThrow('permission denied');
  expect(await database.query('SELECT event_days, audit_days FROM retention_floor')).toEqual([{ event_days: 90, audit_days: 730 }]);
  expect(await asApplication('SELECT purge_audit((SELECT max(id) FROM audit), 1) AS gone')).toEqual([{ gone: 0 }]);
});

it('the application draws a new epoch in place of the one it names, and in no other way', async () => {
  const stored = async () => (await database.query<{ stored: string }>('SELECT stored FROM log_epoch'))[0]?.stored;
  const before = await stored();
  await expect(asApplication('UPDATE log_epoch SET stored = gen_random_uuid()')).rejects.toThrow('permission denied');
  await asApplication(`SELECT renew_epoch('${before ?? ''}')`);
  const drawn = await stored();
  expect(drawn).not.toBe(before);
  await asApplication(`SELECT renew_epoch('${before ?? ''}')`);
  expect(await stored()).toBe(drawn);
});
