import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { AuditLog } from '../../../src/identity/audit/audit-log.service.js';
import { SessionsService } from '../../../src/identity/sessions/sessions.service.js';
import { CallsRepository } from '../../../src/ward/calls/calls.repository.js';
import { RaiseCallService } from '../../../src/ward/calls/commands/raise-call.service.js';
import { IdempotentCommands } from '../../../src/platform/idempotency/idempotent-commands.js';
import { newId } from '../../../src/platform/common/values/ids.js';
import { readConfig } from '../../../src/platform/config/config.js';
import { createLogger } from '../../../src/platform/logging/logger.js';
import { packageRoot } from '../../../src/platform/system/package-root.js';
import { Database } from '../../../src/platform/database/database.js';
import { grantToApplication } from '../../../src/platform/database/access/grants.js';
import { migrateDown, migrateUp, migrationNames } from '../../../src/platform/database/migrations/migrations.js';
import { statement } from '../../../src/platform/database/statement.js';
import { Transactions } from '../../../src/platform/database/transactions.js';
import { DepartmentSnapshots } from '../../../src/events/snapshots/department-snapshots.js';
import { EventLog } from '../../../src/events/log/event-log.js';
import { LogEpoch } from '../../../src/events/log/log-epoch.js';
import { StationsService } from '../../../src/ward/stations/stations.service.js';
import { ShiftsService } from '../../../src/ward/staffing/shifts/shifts.service.js';
import { createApp } from '../../../src/startup/create-app.js';
import { openDirectory, sampleRows } from '../../support/checks/directory.js';
import { TEST_SECRET } from '../../support/wardline.js';
import { withDatabaseName } from '../../../src/testing/test-server.js';

const FOLDER = join(packageRoot(), 'migrations');
const REFUSED = '42501';

interface Place {
  name: string;
  url: string;
}

async function ask<R extends pg.QueryResultRow>(url: string, ...statements: string[]): Promise<R[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    let rows: R[] = [];
    for (const text of statements) ({ rows } = await client.query<R>(text));
    return rows;
  } finally {
    await client.end();
  }
}

/** The SQLSTATE that the last of the statements is refused with; `ok` when none is. */
async function codeOf(url: string, ...statements: string[]): Promise<string> {
  try {
    await ask(url, ...statements);
    return 'ok';
  } catch (error) {
    return (error as pg.DatabaseError).code ?? String(error);
  }
}

async function createEmptyDatabase(owner?: string): Promise<Place> {
  const name = `wardline_test_${String(process.pid)}_${randomBytes(4).toString('hex')}`;
  await ask(inject('adminUrl'), `CREATE DATABASE ${name} TEMPLATE template0 ${owner === undefined ? '' : `OWNER ${owner}`}`);
  return { name, url: withDatabaseName(inject('adminUrl'), name) };
}

async function drop({ name }: Place): Promise<void> {
  await ask(inject('adminUrl'), `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
}

/**
 * Everything that the schema consists of, one line each, definitions included. TypeORM's own table is left out: it stays
 * where the migrations were.
 */
async function catalog(url: string): Promise<string[]> {
  const rows = await ask<{ line: string }>(
    url,
    `WITH ours AS (
       SELECT c.oid, c.relname, c.relkind::text AS kind FROM pg_class c LEFT JOIN pg_index i ON i.indexrelid = c.oid
       WHERE c.relnamespace = 'public'::regnamespace AND c.relname NOT IN ('migrations', 'migrations_id_seq')
         AND i.indrelid IS DISTINCT FROM to_regclass('migrations')
     )
     SELECT line FROM (
       SELECT kind || ' ' || relname AS line FROM ours
       UNION ALL SELECT 'column ' || relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' not null ' || a.attnotnull ||
           ' collation ' || a.attcollation || ' default ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
         FROM ours JOIN pg_attribute a ON a.attrelid = ours.oid AND a.attnum > 0 AND NOT a.attisdropped
         LEFT JOIN pg_attrdef d ON d.adrelid = ours.oid AND d.adnum = a.attnum
       UNION ALL SELECT 'index ' || pg_get_indexdef(oid) FROM ours WHERE kind = 'i'
       UNION ALL SELECT 'constraint ' || relname || ' ' || conname || ' ' || pg_get_constraintdef(c.oid) FROM ours JOIN pg_constraint c ON c.conrelid = ours.oid
       UNION ALL SELECT 'trigger ' || pg_get_triggerdef(t.oid) FROM ours JOIN pg_trigger t ON t.tgrelid = ours.oid AND NOT tgisinternal
       UNION ALL SELECT 'function ' || pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'
       UNION ALL SELECT 'type ' || typname FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typname NOT IN ('migrations', '_migrations')
       UNION ALL SELECT 'schema ' || nspname FROM pg_namespace WHERE nspname !~ '^pg_'
       UNION ALL SELECT 'extension ' || extname FROM pg_extension
     ) AS everything ORDER BY line COLLATE "C"`,
  );
  return rows.map((row) => row.line);
}

function applied(url: string): Promise<{ name: string }[]> {
  return ask(url, 'SELECT name FROM migrations ORDER BY id');
}

describe('migrations', () => {
  const places: Place[] = [];
  afterEach(async () => {
    for (const place of places.splice(0)) await drop(place);
  });
  async function emptyDatabase(): Promise<string> {
    const place = await createEmptyDatabase();
    places.push(place);
    return place.url;
  }

  it('are pairs of files with both sides filled, in the order of their stamps', () => {
    const files = readdirSync(FOLDER).filter((file) => file.endsWith('.sql'));
    const stems = (side: string) => files.filter((file) => file.endsWith(`.${side}.sql`)).map((file) => file.replace(`.${side}.sql`, ''));
    expect(stems('up').length).toBeGreaterThan(0);
    expect(stems('down')).toEqual(stems('up'));
    expect(files).toHaveLength(2 * stems('up').length);
    for (const file of files) expect(readFileSync(join(FOLDER, file), 'utf8').replace(/--.*$/gm, '').trim(), file).not.toBe('');
    const stamps = stems('up').map((stem) => stem.slice(0, 14));
    expect(new Set(stamps).size).toBe(stamps.length);
    expect([...stamps].sort()).toEqual(stamps);
    expect(migrationNames()).toHaveLength(stamps.length);
  });

  it('go up on an empty database, down without a trace, and up again to the same', async () => {
    const url = await emptyDatabase();
    const before = await catalog(url);
    expect(await migrateUp(url)).toEqual(migrationNames());
    const full = await catalog(url);
    expect(full).toContain('r events');
    expect(full.length).toBeGreaterThan(before.length + 100);
    expect(await migrateUp(url)).toEqual([]);

    await migrateDown(url, migrationNames().length);
    expect(await catalog(url)).toEqual(before);
    expect(await applied(url)).toEqual([]);

    expect(await migrateUp(url)).toEqual(migrationNames());
    expect(await catalog(url)).toEqual(full);
  });

  it('each take back exactly what they brought, also with rows in the tables', async () => {
    const url = await emptyDatabase();
    const stems = readdirSync(FOLDER)
      .filter((file) => file.endsWith('.up.sql'))
      .sort()
      .map((file) => file.replace('.up.sql', ''));
    for (const stem of stems) {
      const [up, down] = ['up', 'down'].map((side) => readFileSync(join(FOLDER, `${stem}.${side}.sql`), 'utf8'));
      if (up === undefined || down === undefined) throw new Error('two sides');
      const before = await catalog(url);
      await ask(url, up);
      const after = await catalog(url);
      if (stem.includes('event-log')) await ask(url, `INSERT INTO departments (id, name) VALUES ('icu', 'ICU')`, appendOne('icu'));
      if (stem.includes('audit')) await ask(url, `SELECT append_audit('system', 'test', NULL, 'ok', NULL, NULL)`);
      await ask(url, down);
      expect(await catalog(url), `${stem} down`).toEqual(before);
      if (stem.includes('event-log')) await ask(url, 'DELETE FROM departments');
      await ask(url, up);
      expect(await catalog(url), `${stem} up again`).toEqual(after);
    }
  });

  it('are applied once each by nodes that start together', async () => {
    const url = await emptyDatabase();
    const results = await Promise.all([1, 2, 3].map(() => migrateUp(url)));
    expect(results.flat()).toEqual(migrationNames());
    expect(results.filter((names) => names.length > 0)).toHaveLength(1);
    expect((await applied(url)).map((row) => row.name)).toEqual(migrationNames());
  });

  it('leave nothing half done when one fails, and go on from there once the cause is gone', async () => {
    const url = await emptyDatabase();
    const audit = migrationNames().findIndex((name) => name.startsWith('audit'));
    expect(audit).toBeGreaterThan(0);
    // The migration makes other things first, and then a table of this name.
    await ask(url, 'CREATE TABLE audit (in_the_way int)');
    await expect(migrateUp(url)).rejects.toThrow(/already exists/);
    expect((await applied(url)).map((row) => row.name)).toEqual(migrationNames().slice(0, audit));
    const left = await catalog(url);
    expect(left).toContain('r events');
    expect(left).not.toContain('r audit_head');
    expect(left.some((line) => line.startsWith('function') && line.includes('append_audit'))).toBe(false);
    expect(
      await ask(
        url,
        `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      ),
    ).toEqual([]);

    await ask(url, 'DROP TABLE audit');
    expect(await migrateUp(url)).toEqual(migrationNames().slice(audit));
  });
});

function appendOne(dept: string): string {
  return `SELECT * FROM append_events('[{"dept":"${dept}","id":"${newId()}","type":"test","payload":{}}]')`;
}

describe('the application under a role of its own', () => {
  const suffix = `${String(process.pid)}_${randomBytes(4).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  const owner = `wardline_test_owner_${suffix}`;
  const application = `wardline_test_app_${suffix}`;
  let place: Place;
  let ownerUrl: string;
  let appUrl: string;
  let database: Database;
  let directory: DataSource;

  const as = (role: string) => {
    const url = new URL(place.url);
    url.username = role;
    url.password = password;
    return url.toString();
  };

  beforeAll(async () => {
    await ask(inject('adminUrl'), ...[owner, application].map((role) => `CREATE ROLE ${role} LOGIN PASSWORD '${password}'`));
    place = await createEmptyDatabase(owner);
    ownerUrl = as(owner);
    appUrl = as(application);
    await migrateUp(ownerUrl);
    await grantToApplication(ownerUrl, appUrl);
    await grantToApplication(ownerUrl, appUrl);
    database = new Database(appUrl, await createLogger({ level: 'silent', pretty: false }));
    directory = await openDirectory(appUrl);
  });
  afterAll(async () => {
    await directory.destroy();
    await database.onApplicationShutdown();
    await drop(place);
    await ask(inject('adminUrl'), `DROP ROLE ${application}`, `DROP ROLE ${owner}`);
  });

  it('can keep the directory, sign people in, place calls, append events and audit records, and follow the log', async () => {
    const config = readConfig({ DATABASE_URL: appUrl, SESSION_SECRETS: TEST_SECRET, REQUIRE_WSS: 'false' });
    const logger = await createLogger({ level: 'silent', pretty: false });
    const app = await createApp({ config, databaseUrl: appUrl, signingSecrets: [TEST_SECRET], logger }, undefined);
    await app.init();
    const [transactions, log, audit, commands] = [app.get(Transactions), app.get(EventLog), app.get(AuditLog), app.get(IdempotentCommands)];
    const [calls, raise, shifts] = [app.get(CallsRepository), app.get(RaiseCallService), app.get(ShiftsService)];
    const [sessions, stations, snapshots] = [app.get(SessionsService), app.get(StationsService), app.get(DepartmentSnapshots)];

    const nurse = newId();
    for (const [table, row] of sampleRows(nurse)) await directory.getRepository(table).insert(row);
    const station = await stations.findByKey('key');
    if (!station) throw new Error('the station that was just inserted');
    await stations.heartbeat(station.id);

    const { sessionId, token } = await transactions.run(async (tx) => {
      audit.append(tx, { actor: `staff:${nurse}`, action: 'session.open', result: 'ok', address: '10.0.0.1', detail: { test: true } });
      return sessions.open(tx, nurse, '10.0.0.1');
    });
    const staff = await sessions.find(token);
    if (!staff) throw new Error('the session that was just opened');
    await shifts.start(staff, 'er', newId());
    const { call } = await raise.raiseAtStation(station, 'code_blue', newId());
    await transactions.run(async (tx) => {
      await calls.lock(tx, call.id);
      await calls.accept(tx, call.id, nurse);
      await calls.arrive(tx, call.id, `staff:${nurse}`, nurse);
      await calls.complete(tx, call.id, nurse);
    });
    await shifts.end(staff, 'er', true, newId());
    await transactions.run((tx) => sessions.end(tx, { sessionId }, 'logout'));
    await audit.record({ actor: 'anonymous', action: 'session.open', result: 'refused' });
    await sessions.purge();
    await commands.purge();
    await database.query(
      statement('attempt', `INSERT INTO sign_in_attempts (id, username_hash, address) VALUES ($1, '\\x00', '10.0.0.1')`),
      [newId()],
    );
    await database.query(statement('forget', 'DELETE FROM sign_in_attempts'));

    const types = (await log.page('er', 0, 10, 'poller')).map((event) => event.type);
    expect(types[0]).toBe('nurse.shift_started');
    expect(types).toEqual(expect.arrayContaining(['call.pending', 'nurse.shift_ended']));
    const [head] = await log.heads(['er']);
    expect(head?.head).toBeGreaterThanOrEqual(3);
    expect((await log.callHistory(call.id, 10)).length).toBeGreaterThan(0);
    expect(await snapshots.read('er')).toMatchObject({ purged: 0 });
    const epoch = new LogEpoch(database);
    await epoch.refresh();
    expect(epoch.current).toMatch(/^[0-9a-f]{16}$/);
    expect(await database.query(statement('audit', 'SELECT action, result FROM audit ORDER BY id'))).toEqual([
      { action: 'session.open', result: 'ok' },
      { action: 'session.open', result: 'refused' },
    ]);
    await app.close();
  });

  it.each(['events', 'audit', 'audit_head', 'clock_skew', 'log_epoch', 'migrations', 'dept_stream'])(
    'reads %s and changes nothing in it',
    async (table) => {
      const columns = await ask<{ name: string; type: string }>(
        ownerUrl,
        `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = '${table}'::regclass AND attnum > 0`,
      );
      expect(columns.length).toBeGreaterThan(0);
      expect(await codeOf(appUrl, `SELECT * FROM ${table}`)).toBe('ok');
      const values = columns.map(({ type }) => `NULL::${type}`).join(', ');
      expect(await codeOf(appUrl, `INSERT INTO ${table} VALUES (${values})`)).toBe(REFUSED);
      for (const { name } of columns) expect(await codeOf(appUrl, `UPDATE ${table} SET ${name} = ${name}`), name).toBe(REFUSED);
      expect(await codeOf(appUrl, `DELETE FROM ${table}`)).toBe(REFUSED);
      expect(await codeOf(appUrl, `SET wardline.retention = 'on'`, `DELETE FROM ${table}`)).toBe(REFUSED);
      expect(await codeOf(appUrl, `TRUNCATE ${table}`)).toBe(REFUSED);
      expect(await codeOf(appUrl, `DROP TABLE ${table}`)).toBe(REFUSED);
      expect(await codeOf(appUrl, `ALTER TABLE ${table} DISABLE TRIGGER ALL`)).toBe(REFUSED);
    },
  );

  it('may open a stream and nothing else of it', async () => {
    for (const column of ['last_seq', 'purged_seq']) {
      expect(await codeOf(appUrl, `INSERT INTO dept_stream (dept_id, ${column}) VALUES ('er', 7)`)).toBe(REFUSED);
    }
    // Its own department has one already, and another department does not exist.
    expect(await codeOf(appUrl, `INSERT INTO dept_stream (dept_id) VALUES ('er')`)).toBe('23505');
    expect(await codeOf(appUrl, `INSERT INTO dept_stream (dept_id) VALUES ('nowhere')`)).toBe('23503');
  });

  it('has no way around: no objects of its own, no replication role, no truncation, no table put in front of ours', async () => {
    expect(await codeOf(appUrl, 'CREATE TABLE mine (n int)')).toBe(REFUSED);
    expect(await codeOf(appUrl, 'CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$')).toBe(REFUSED);
    expect(await codeOf(appUrl, 'CREATE OR REPLACE FUNCTION app_clock() RETURNS timestamptz LANGUAGE sql AS $$ SELECT now() $$')).toBe(
      REFUSED,
    );
    expect(await codeOf(appUrl, `SET session_replication_role = 'replica'`)).toBe(REFUSED);
    const tables = await ask<{ name: string }>(ownerUrl, `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`);
    for (const { name } of tables) expect(await codeOf(appUrl, `TRUNCATE ${name} CASCADE`), name).toBe(REFUSED);

    const [before] = await ask<{ seq: string }>(ownerUrl, `SELECT last_seq AS seq FROM dept_stream WHERE dept_id = 'er'`);
    await ask(
      appUrl,
      'CREATE TEMP TABLE dept_stream (LIKE public.dept_stream INCLUDING DEFAULTS)',
      'CREATE TEMP TABLE events (LIKE public.events)',
      `INSERT INTO pg_temp.dept_stream (dept_id, last_seq) VALUES ('er', 1000)`,
      appendOne('er'),
    );
    const [after] = await ask<{ seq: string }>(ownerUrl, `SELECT last_seq AS seq FROM dept_stream WHERE dept_id = 'er'`);
    expect(Number(after?.seq)).toBe(Number(before?.seq) + 1);
  });

  it.each(['events', 'audit'])('keeps %s from its owner and from the superuser, too', async (table) => {
    const read = `SELECT * FROM ${table} ORDER BY hash`;
    await ask(ownerUrl, `INSERT INTO departments (id, name) VALUES ('ot', 'OT') ON CONFLICT DO NOTHING`, appendOne('ot'));
    await ask(ownerUrl, `SELECT append_audit('system', 'test', NULL, 'ok', NULL, NULL)`);
    const before = await ask(ownerUrl, read);
    expect(before.length).toBeGreaterThan(0);
    for (const url of [ownerUrl, place.url]) {
      expect(await codeOf(url, `UPDATE ${table} SET hash = '\\x00'`)).toBe(REFUSED);
      expect(await codeOf(url, `DELETE FROM ${table}`)).toBe(REFUSED);
      expect(await codeOf(url, `TRUNCATE ${table}`)).toBe(REFUSED);
    }
    // The permission for retention to delete is no permission to change.
    await codeOf(ownerUrl, `SET wardline.retention = 'on'`, `UPDATE ${table} SET hash = '\\x00'`);
    expect(await ask(ownerUrl, read)).toEqual(before);
  });
});
