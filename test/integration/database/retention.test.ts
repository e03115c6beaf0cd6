import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Retention } from '../../../src/events/retention/retention.service.js';
import { Session, signIn, Socket } from '../../support/clients/client.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';

const DAY_SEC = 86_400;

let wardline: TestWardline;
let admin: Session;

beforeEach(async () => {
  wardline = await startTestWardline({
    env: { EVENT_RETENTION_DAYS: '30', AUDIT_RETENTION_DAYS: '60', SESSION_IDLE_SEC: '31536000', SESSION_ABSOLUTE_SEC: '31536000' },
  });
  admin = await signIn(wardline, 'admin');
});
afterEach(() => wardline.stop());

async function notices(count: number): Promise<void> {
  for (let i = 0; i < count; i++) expect((await admin.post('/departments/icu/notices', { code: 'quiet_hours' })).status).toBe(201);
}

function exported(chain: string): Record<string, unknown>[] {
  const folder = join(wardline.dataDir, 'exports', chain);
  return readdirSync(folder)
    .sort()
    .flatMap((file) =>
      gunzipSync(readFileSync(join(folder, file)))
        .toString()
        .trimEnd()
        .split('\n'),
    )
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

const purge = () => wardline.app.get(Retention, { strict: false }).run();

it('exports what is old, purges it, and leaves an anchor that both chains go on from', async () => {
  await notices(5);
  const { body: first } = await admin.get('/departments/icu/events?after=0');
  const records = await wardline.database.query('SELECT id FROM audit');
  expect(await purge()).toBe(0);
  await wardline.database.moveClock(61 * DAY_SEC);
  await notices(3);

  expect(await purge()).toBeGreaterThanOrEqual(first.items.length + records.length);
  const lines = exported('events/icu');
  expect(lines.map((line) => line['id'])).toEqual(first.items.map((one: { id: string }) => one.id));
  expect(lines[0]).toMatchObject({ dept: 'icu', seq: 1, type: first.items[0].type, payload: first.items[0].data });
  expect(exported('audit')).toHaveLength(records.length);
  const [stream] = await wardline.database.query(
    `SELECT purged_seq::int AS purged, encode(purged_hash, 'hex') AS anchor, (SELECT encode(prev_hash, 'hex') FROM events e WHERE e.dept_id = s.dept_id ORDER BY seq LIMIT 1) AS next
     FROM dept_stream s WHERE dept_id = 'icu'`,
  );
  expect(stream).toEqual({ purged: first.head, anchor: lines.at(-1)?.['hash'], next: lines.at(-1)?.['hash'] });
  expect((await admin.get('/admin/audit/verify')).body).toMatchObject({ ok: true });
  expect(await purge()).toBe(0);
});

it('a client that comes from before the purge gets a snapshot; from the anchor on, it resumes', async () => {
  await notices(4);
  await wardline.database.moveClock(31 * DAY_SEC);
  await notices(2);
  await purge();
  const head = (await admin.get('/departments/icu/events?after=0')).body.head as number;
  const socket = await Socket.open(wardline, admin.cookie);
  expect((await socket.ask({ type: 'subscribe', dept: 'icu', after: head - 3 })).data).toMatchObject({ recovered: false });
  expect((await socket.ask({ type: 'subscribe', dept: 'icu', after: head - 2 })).data).toMatchObject({ recovered: true, from: head - 1 });
  socket.close();
});

it('a record that was changed behind the anchor is found', async () => {
  await notices(2);
  await wardline.database.moveClock(61 * DAY_SEC);
  await purge();
  await admin.post('/admin/departments', { id: 'lab', name: 'Laboratory' });
  await admin.post('/admin/departments', { id: 'lab-2', name: 'Laboratory' });
  expect((await admin.get('/admin/audit/verify')).body).toMatchObject({ ok: true });
  await wardline.database.query('ALTER TABLE audit DISABLE TRIGGER audit_append_only');
  const [changed] = await wardline.database.query(
    "UPDATE audit SET actor = 'nobody' WHERE id = (SELECT min(id) FROM audit) RETURNING id::int AS id",
  );
  expect((await admin.get('/admin/audit/verify')).body).toMatchObject({ ok: false, broken_at: changed?.['id'] });
});

it('each purge leaves a record of how many, and of the last hash, which verification follows', async () => {
  await notices(2);
  await wardline.database.moveClock(61 * DAY_SEC);
  const records = await wardline.database.query<{ id: number; hash: string }>(
    "SELECT id::int AS id, encode(hash, 'hex') AS hash FROM audit ORDER BY id",
  );
  await purge();
  const left = (await admin.get('/admin/audit?action=audit.purge')).body.items;
  expect(left).toHaveLength(1);
  expect(left[0]).toMatchObject({
    actor: 'system',
    detail: { count: records.length, upto: records.at(-1)?.id, last_hash: records.at(-1)?.hash },
  });
  expect((await admin.get('/admin/audit/verify')).body).toMatchObject({ ok: true });
});

it.each([
  ['the first records are gone and the anchor was set behind them', 'DELETE FROM audit WHERE id <= 3', 3, 0, 4],
  ['a record in between is gone', 'DELETE FROM audit WHERE id = 3', 0, 2, 4],
  ['a record was changed', "UPDATE audit SET actor = 'nobody' WHERE id = 4", 0, 3, 4],
])('verification notices that %s, and says how many hold before', async (_, change, anchor, checked, brokenAt) => {
  for (let i = 0; i < 5; i++) await admin.post('/admin/departments', { id: `lab-${String(i)}`, name: 'Laboratory' });
  await wardline.database.query('ALTER TABLE audit DISABLE TRIGGER audit_append_only');
  if (anchor > 0) {
    await wardline.database.query('UPDATE audit_head SET purged_id = $1, purged_hash = (SELECT hash FROM audit WHERE id = $1)', [anchor]);
  }
  await wardline.database.query(change);
  expect((await admin.get('/admin/audit/verify')).body).toEqual({ ok: false, checked, broken_at: brokenAt });
});

it("a shorter time than the owner's floor counts for nothing, whatever the application names", async () => {
  await notices(2);
  await wardline.database.moveClock(31 * DAY_SEC);
  expect(await wardline.database.query('SELECT purge_audit(1, 1) AS gone')).toEqual([{ gone: 0 }]);
  await wardline.database.query('UPDATE retention_floor SET event_days = 90');
  expect(await wardline.database.query("SELECT purge_events('icu', 1, 1) AS gone")).toEqual([{ gone: 0 }]);
});

it('what is not old cannot be purged, whoever asks', async () => {
  await notices(2);
  expect(await wardline.database.query("SELECT purge_events('icu', 2, -5) AS gone")).toEqual([{ gone: 0 }]);
  expect(await wardline.database.query('SELECT purge_audit(1, 0) AS gone')).toEqual([{ gone: 0 }]);
});
