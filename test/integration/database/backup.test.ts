import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { writeBackup } from '../../../src/platform/database/backup/write-backup.js';
import { describeSchema } from '../../../src/platform/database/schema/describe-schema.js';
import { openConnection } from '../../../src/platform/database/bounded-client.js';
import { connectionOptions } from '../../../src/platform/database/connection-options.js';
import { MetricsRegistry } from '../../../src/platform/metrics/metrics-registry.js';
import { packageRoot } from '../../../src/platform/system/package-root.js';
import { asStation, signIn, Socket } from '../../support/clients/client.js';
import { runCommandLine } from '../../support/cli.js';
import { createTestDatabase, type TestDatabase } from '../../support/servers/database.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';
import { eventually } from '../../support/eventually.js';

const folder = mkdtempSync(join(tmpdir(), 'wardline-backup-'));
const hospital = join(packageRoot(), 'test/support/own-program/hospital.ts');
const file = join(folder, 'ward.gz');
const BEDS = ['icu-101-bed', 'icu-102-bed', 'icu-103-bed'];

let node: TestWardline;
let nodes: TestWardline[] = [];
let places: TestDatabase[] = [];
beforeAll(async () => {
  node = await startTestWardline();
});
afterEach(async () => {
  for (const one of nodes) await one.stop();
  for (const place of places) await place.drop();
  [nodes, places] = [[], []];
});
afterAll(async () => {
  await node.stop();
  rmSync(folder, { recursive: true, force: true });
});

const wardline = (database: TestDatabase, ...args: string[]) =>
  runCommandLine(args, { DATABASE_URL: database.url, SESSION_SECRETS: 'a-secret-for-tests-of-at-least-32-characters', DATA_DIR: folder });

async function emptyPlace(): Promise<TestDatabase> {
  const place = await createTestDatabase('nothing');
  places.push(place);
  return place;
}

/** Presses, accepts and completes, until it is stopped. */
function traffic(): { acknowledged: string[]; stop: () => Promise<void> } {
  const acknowledged: string[] = [];
  let isStopped = false;
  const work = Promise.all(
    BEDS.map(async (bed, n) => {
      const nurse = await signIn(node, `icu-nurse-${String(n + 1)}`);
      const press = asStation(node, bed);
      while (!isStopped) {
        const { status, body } = await press('POST', '/calls', { type: 'patient_normal' });
        if (status >= 300) throw new Error(`a press: ${String(status)}`);
        acknowledged.push(body.id as string);
        const accepted = await nurse.post(`/calls/${body.id as string}/accept`, {});
        if (accepted.status >= 300) throw new Error(`an accept: ${String(accepted.status)}`);
        await press('POST', `/calls/${body.id as string}/cancel`, {});
        await sleep(25);
      }
    }),
  );
  return {
    acknowledged,
    stop: async () => {
      isStopped = true;
      await work;
    },
  };
}

/** Every row of every table, sorted, without those that a restore is to change. */
async function contents(database: TestDatabase): Promise<Record<string, unknown>> {
  const tables = await database.query<{ name: string }>(
    "SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
  );
  const all: Record<string, unknown> = {};
  for (const { name } of tables)
    if (!['log_epoch', 'last_backup', 'audit', 'audit_head'].includes(name))
      all[name] = (await database.query<{ row: string }>(`SELECT t::text AS row FROM "${name}" t ORDER BY 1`)).map(({ row }) => row);
  return all;
}

async function schemaOf(database: TestDatabase): Promise<unknown> {
  const client = await openConnection(connectionOptions(database.url, 'test', 30_000));
  try {
    return await describeSchema(client);
  } finally {
    await client.end();
  }
}

/** The backup with another text in it; the checksum is that of the new text. */
function forge(change: (text: string) => string): string {
  const lines = gunzipSync(readFileSync(file)).toString('latin1').trimEnd().split('\n');
  const end = JSON.parse(lines.pop() ?? '') as { rows: object };
  const text = Buffer.from(change(`${lines.join('\n')}\n`), 'latin1');
  const sha256 = createHash('sha256').update(text).digest('hex');
  const forged = join(folder, 'forged.gz');
  writeFileSync(forged, gzipSync(Buffer.concat([text, Buffer.from(`${JSON.stringify({ ...end, sha256 })}\n`)])));
  return forged;
}

describe('a backup', () => {
  it('under presses and accepts, restored elsewhere: nothing that was in it is missing, and old clients start from a snapshot', async () => {
    const nurse = await signIn(node, 'icu-nurse-1');
    const socket = await Socket.open(node, nurse.cookie);
    const ward = traffic();
    await eventually(() => (ward.acknowledged.length >= 20 ? true : undefined), 'twenty presses');
    const before = [...ward.acknowledged];
    const { code, out, err } = await wardline(node.database, 'backup', file, '--json');
    expect([code, err]).toEqual([0, '']);
    const during = ward.acknowledged.length - before.length;
    const { data: old } = await socket.ask({ type: 'subscribe', dept: 'icu' });
    await ward.stop();
    socket.close();
    expect(during, 'the ward went on meanwhile').toBeGreaterThan(0);
    expect(await node.app.get(MetricsRegistry).getSingleMetricAsString('wardline_last_backup_timestamp_seconds')).toContain(
      String(Date.parse((JSON.parse(out) as { taken_at: string }).taken_at) / 1000),
    );

    const place = await emptyPlace();
    expect(await wardline(place, 'restore', file)).toMatchObject({ code: 0, err: '' });
    const kept = new Set((await place.query<{ id: string }>('SELECT id FROM calls')).map(({ id }) => id));
    expect(before.filter((id) => !kept.has(id))).toEqual([]);
    expect(await schemaOf(place)).toEqual(await schemaOf(node.database));

    const restored = await startTestWardline({ sharedWith: { ...node, database: place } });
    nodes.push(restored);
    const admin = await signIn(restored, 'admin');
    expect((await admin.get('/admin/audit/verify')).body).toMatchObject({ ok: true, broken_at: null });
    const [{ head } = { head: 0 }] = await place.query<{ head: number }>(
      "SELECT last_seq::int AS head FROM dept_stream WHERE dept_id = 'icu'",
    );
    const again = await Socket.open(restored, (await signIn(restored, 'icu-nurse-1')).cookie);
    // Within the restored log, and behind its end.
    for (const after of [head - 2, old.head as number]) {
      const { data } = await again.ask({ type: 'subscribe', dept: 'icu', after, epoch: old.epoch });
      expect(data).toMatchObject({ recovered: false });
      expect(data.epoch).not.toBe(old.epoch);
      await again.ask({ type: 'unsubscribe', dept: 'icu' });
    }
    again.close();
    // Identities and sequences go on behind what was restored.
    const press = asStation(restored, 'icu-101-bath');
    expect((await press('POST', '/calls', { type: 'bath_emergency' })).status).toBe(201);
  });

  it('has every row of every table, and so has the backup of what was restored', async () => {
    await node.app.close();
    const { takenAt } = await writeBackup(node.database.url, file);
    const place = await emptyPlace();
    expect(await wardline(place, 'restore', file)).toMatchObject({ code: 0 });
    expect(await contents(place)).toEqual(await contents(node.database));
    const audit = await place.query('SELECT action, detail FROM audit ORDER BY id DESC LIMIT 1');
    expect(audit).toEqual([{ action: 'backup.restore', detail: { taken_at: takenAt } }]);
    const once = join(folder, 'again.gz');
    expect(await wardline(place, 'backup', once)).toMatchObject({ code: 0 });
    const second = await emptyPlace();
    expect(await wardline(second, 'restore', once)).toMatchObject({ code: 0 });
    expect(await contents(second)).toEqual(await contents(node.database));
  });
});

describe('a restore', () => {
  /** Nothing may be there afterwards that a start would take for a ward. */
  const relations = (place: TestDatabase) => place.query("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace");

  it('goes into an empty place only', async () => {
    const place = await createTestDatabase('empty');
    places.push(place);
    const { code, err } = await wardline(place, 'restore', file);
    expect([code, err]).toEqual([73, expect.stringMatching(/^a restore needs an empty database, and this one has public\.\w+ already\n$/)]);
  });

  it.each([
    ['that was cut', (path: string) => readFileSync(path).subarray(0, -100), 65, /^the file cannot be restored: it ends too early\n$/],
    ['that is none', () => Buffer.from('hello'), 65, /^the file cannot be restored: it is no backup of Wardline/],
  ] as const)('of a file %s leaves the place empty', async (_, change, wanted, line) => {
    const place = await emptyPlace();
    const changed = join(folder, 'changed.gz');
    writeFileSync(changed, change(file));
    const { code, err } = await wardline(place, 'restore', changed);
    expect([code, err]).toEqual([wanted, expect.stringMatching(line)]);
    expect(await relations(place)).toEqual([]);
  });

  it.each([
    [
      'in its last table',
      (text: string) => text.replace(/\n([^\n]*)\n\\\.\n$/, '\nnonsense\n\\.\n'),
      [],
      70,
      /invalid input syntax|missing data/,
    ],
    [
      'without a row',
      (text: string) => text.replace(/\nicu-101\t[^\n]*/, ''),
      [],
      65,
      /^the file cannot be restored: it holds another number of rows than it says: public\.rooms/,
    ],
    [
      'with another event',
      (text: string) => text.replace(/"place_label":/, '"place_labe1":').replace('"call_id":', '"call_ld":'),
      [],
      65,
      /a hash chain in it does not hold: the log of icu at \d+\. It was broken when the backup was made; --take-broken-chains/,
    ],
    [
      'of a newer program',
      (text: string) => text.replace('"clock20261122000001"', '"clock20261122000001","next20991231000000"'),
      [],
      78,
      /^the backup is newer than this program: it has the migration next20991231000000, which Wardline .* does not know/,
    ],
    [
      'of another format',
      (text: string) => text.replace('"wardline_backup":1', '"wardline_backup":2'),
      [],
      78,
      /^the backup is newer than this program/,
    ],
    [
      'with a table of nobody',
      (text: string) => text.replace('"name":"public.beds"', '"name":"public.odd"'),
      [],
      78,
      /^no migration of this program makes public\.odd as the backup has it/,
    ],
  ] as const)('of a file that was changed %s is refused, and leaves the place empty', async (_, change, args, wanted, line) => {
    const place = await emptyPlace();
    const { code, err } = await wardline(place, 'restore', forge(change), ...args);
    expect([code, err]).toEqual([wanted, expect.stringMatching(line)]);
    expect(await relations(place)).toEqual([]);
  });

  it('takes a chain that was broken before, where that is asked for, and says so', async () => {
    const place = await emptyPlace();
    const forged = forge((text) => text.replace('"call_id":', '"call_ld":'));
    const { code, out } = await wardline(place, 'restore', forged, '--take-broken-chains', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ broken_chains: [expect.stringMatching(/^the log of icu at \d+$/)] });
  });

  it.each([
    ['restore', 'nothing there', 66, /nothing there cannot be opened: ENOENT/],
    ['backup', 'missing/ward.gz', 73, /missing\/ward\.gz cannot be made: ENOENT/],
  ] as const)('and a backup name a file that is not to be had: %s %s', async (name, path, wanted, line) => {
    const { code, err } = await wardline(node.database, name, join(folder, path));
    expect([code, err]).toEqual([wanted, expect.stringMatching(line)]);
  });

  it('has nothing to do with a database without Wardline, nor has a backup', async () => {
    const { code, err } = await wardline(await emptyPlace(), 'backup', join(folder, 'none.gz'));
    expect([code, err]).toEqual([66, 'the database holds no Wardline: there is nothing to back up\n']);
    const { code: other } = await runCommandLine(['backup', join(folder, 'none.gz')], { DATA_DIR: join(folder, 'no-data') });
    expect(other).toBe(66);
  });
});

describe('a hospital’s own tables', () => {
  it('are backed up with the rest, and come back with its program alone', async () => {
    const source = await createTestDatabase('empty');
    places.push(source);
    const own = join(folder, 'own.gz');
    expect(await wardline(source, 'migrate', 'up', '--hospital', hospital)).toMatchObject({ code: 0 });
    await source.query(`WITH d AS (INSERT INTO departments (id, name) VALUES ('er', 'Emergency') RETURNING id),
      r AS (INSERT INTO rooms (id, dept_id, name) SELECT 'er-1', id, 'ER 1' FROM d RETURNING id),
      b AS (INSERT INTO beds (id, room_id, name) SELECT 'er-1-a', id, 'A' FROM r RETURNING id)
      SELECT count(*) FROM b`);
    await source.query("INSERT INTO own_cleaning_tasks (bed_id) SELECT 'er-1-a' FROM generate_series(1, 3)");
    expect(await wardline(source, 'backup', own)).toMatchObject({ code: 0 });

    const place = await emptyPlace();
    const { code, err } = await wardline(place, 'restore', own);
    expect([code, err]).toEqual([
      78,
      expect.stringMatching(/tables of a hospital's own program \(migrations_test_house\): name it with --hospital/),
    ]);
    expect(await wardline(place, 'restore', own, '--hospital', hospital)).toMatchObject({ code: 0 });
    expect(await contents(place)).toEqual(await contents(source));
  });
});
