import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../../src/platform/common/values/ids.js';
import { createTestDatabase, type TestDatabase } from '../../support/servers/database.js';

const GRACE_SEC = 60;
const STALE_SEC = 90;
const HOUR = 3600;

let database: TestDatabase;
const staff = newId();

beforeAll(async () => {
  database = await createTestDatabase();
  await database.query(`INSERT INTO staff (id, username, name, role, password_hash) VALUES ($1, 'nora', 'Nora', 'nurse', '-')`, [staff]);
});
afterAll(() => database.drop());

beforeEach(async () => {
  await database.query('DELETE FROM nodes');
  await database.query('DELETE FROM staff_absences');
  await database.query(`UPDATE ward_watch SET ready_at = '-infinity'`);
  await database.query(`UPDATE clock_skew SET skew = '0'`);
});

/** A socket on a node that was heard so many seconds ago, by the server's own time. */
async function connect(heardSecAgo: number): Promise<void> {
  const node = newId();
  await database.query('INSERT INTO nodes (server_id, heartbeat_at) VALUES ($1, statement_timestamp() - make_interval(secs => $2))', [
    node,
    heardSecAgo,
  ]);
  await database.query('INSERT INTO staff_connections (connection_id, server_id, staff_id) VALUES ($1, $2, $3)', [newId(), node, staff]);
}

async function leave(secAgo: number): Promise<void> {
  await database.query('INSERT INTO staff_absences (staff_id, since) VALUES ($1, app_now() - make_interval(secs => $2))', [staff, secAgo]);
}

async function isReachable(): Promise<boolean | undefined> {
  const [row] = await database.query<{ is: boolean }>('SELECT is_reachable($1, $2, $3) AS is', [staff, GRACE_SEC, STALE_SEC]);
  return row?.is;
}

describe.each([0, HOUR, -HOUR])('reachable, with the application time %i seconds off', (skew) => {
  beforeEach(() => database.query('UPDATE clock_skew SET skew = make_interval(secs => $1)', [skew]));

  it('is who has a socket on a node that is heard', async () => {
    await connect(STALE_SEC - 30);
    expect(await isReachable()).toBe(true);
  });

  it('is not who was never there', async () => {
    expect(await isReachable()).toBe(false);
  });

  it('is not who has sockets on dead nodes only', async () => {
    await connect(STALE_SEC + GRACE_SEC + 30);
    expect(await isReachable()).toBe(false);
    await connect(1);
    expect(await isReachable()).toBe(true);
  });

  it.each([
    [GRACE_SEC - 30, true],
    [GRACE_SEC + 30, false],
  ])('who left %i seconds ago: %s', async (secAgo, reachable) => {
    await leave(secAgo);
    expect(await isReachable()).toBe(reachable);
  });

  it.each(['a socket on a dead node', 'an absence'])(
    'never ends a grace before it has run once in full since an outage of everything: %s',
    async (what) => {
      if (what === 'an absence') await leave(5 * GRACE_SEC);
      else await connect(STALE_SEC + 5 * GRACE_SEC);
      expect(await isReachable()).toBe(false);
      await database.query(`UPDATE ward_watch SET ready_at = app_now() - make_interval(secs => $1)`, [GRACE_SEC - 30]);
      expect(await isReachable()).toBe(true);
      await database.query(`UPDATE ward_watch SET ready_at = app_now() - make_interval(secs => $1)`, [GRACE_SEC + 30]);
      expect(await isReachable()).toBe(false);
    },
  );

  it('counts the grace of a dead node’s people from its last heartbeat', async () => {
    const [longGrace, shortGrace] = [STALE_SEC + 60, STALE_SEC + 5];
    await connect(STALE_SEC + 30);
    const within = async (grace: number) =>
      (await database.query<{ is: boolean }>('SELECT is_reachable($1, $2, $3) AS is', [staff, grace, STALE_SEC]))[0]?.is;
    expect(await within(longGrace)).toBe(true);
    expect(await within(shortGrace)).toBe(false);
  });
});
