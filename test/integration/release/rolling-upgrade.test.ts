import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, inject, it } from 'vitest';
import { type MigrationHistory, WARDLINE_HISTORY } from '../../../src/platform/database/migrations/migration-history.js';
import { migrateUp } from '../../../src/platform/database/migrations/migrations.js';
import { packageRoot } from '../../../src/platform/system/package-root.js';
import { packageVersion } from '../../../src/platform/system/package-version.js';
import type { FirstRun } from '../../../src/testing/first-run.js';
import { signIn } from '../../support/clients/client.js';
import { createTestDatabase, type TestDatabase } from '../../support/servers/database.js';
import { readLog } from '../../support/clients/person.js';
import { type Program, run } from '../../support/servers/process.js';
import { sendSignal } from '../../support/checks/signal.js';
import { type Serving, WardTraffic } from '../../support/clients/ward-traffic.js';
import { TEST_SECRET } from '../../support/wardline.js';

const PRESENT = join(packageRoot(), 'dist');
/** The build of an older release: `npm run upgrade` makes it. */
const OLDER = process.env['WARDLINE_OLDER_BUILD'];

/** The expand half of a change, as a release brings it: columns, an index, a trigger and a table of its own. */
const EXPAND = `-- additive: an older program leaves the new columns to their defaults.
ALTER TABLE calls ADD COLUMN next_release_note text, ADD COLUMN next_release_count integer NOT NULL DEFAULT 0;
CREATE INDEX next_release_counts ON calls (next_release_count) WHERE next_release_count > 0;
CREATE TABLE next_release_notes (call_id uuid PRIMARY KEY REFERENCES calls ON DELETE CASCADE, noted_at timestamptz NOT NULL);
CREATE FUNCTION next_release_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO next_release_notes VALUES (NEW.id, app_now());
  RETURN NULL;
END $$;
CREATE TRIGGER next_release_note AFTER INSERT ON calls FOR EACH ROW EXECUTE FUNCTION next_release_note();
`;
const CONTRACT = 'ALTER TABLE calls DROP COLUMN next_release_note;\n';

const folder = mkdtempSync(join(tmpdir(), 'wardline-upgrade-'));
const dataDir = join(folder, 'data');
const programs: Program[] = [];
let database: TestDatabase | undefined;

/** The migrations of a release after this one. */
function nextRelease(...files: [name: string, up: string][]): MigrationHistory {
  const migrations = mkdtempSync(join(folder, 'migrations-'));
  cpSync(WARDLINE_HISTORY.folder, migrations, { recursive: true });
  for (const [name, up] of files) {
    writeFileSync(join(migrations, `${name}.up.sql`), up);
    writeFileSync(join(migrations, `${name}.down.sql`), 'SELECT 1;\n');
  }
  return { ...WARDLINE_HISTORY, folder: migrations };
}

/** @param more settings of this node's own */
function start(build: string, more: Record<string, string> = {}): Program {
  const env = {
    DATABASE_URL: database!.url,
    DATA_DIR: dataDir,
    ...more,
    SESSION_SECRETS: TEST_SECRET,
    REQUIRE_WSS: 'false',
    HTTP_RATE_LIMIT: '0',
    HOST: '127.0.0.1',
    PORT: '0',
    SUPERVISOR: 'off',
  };
  const program = run('src/main.js', env, [], build);
  programs.push(program);
  return program;
}

/** @param firstRun of the demo hospital; where the program has made it, its file */
async function serving(program: Program, firstRun = inject('firstRun'), isOlderRelease = false): Promise<Serving> {
  const { url } = await program.event('wardline.ready');
  const target = { url: url as string, ca: Buffer.alloc(0), firstRun, isOlderRelease };
  return { target, nurse: await signIn(target, 'icu-nurse-1') };
}

async function end(): Promise<void> {
  for (const { child, exited } of programs.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) sendSignal(child.pid, 'SIGTERM');
    await exited;
  }
}
afterEach(async () => {
  await end();
  await database?.drop();
  database = undefined;
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Upgrade {
  older: string;
  newer: string;
  env: Record<string, string>;
  migrate: (url: string) => Promise<string[]>;
  /** The demo hospital's people. */
  firstRun?: () => FirstRun;
}

/** A node after the other is replaced, while the ward presses and accepts. */
async function upgrade({ older, newer, env, migrate, firstRun = () => inject('firstRun') }: Upgrade): Promise<void> {
  const old = start(older, env);
  await old.event('wardline.ready');
  const people = firstRun();
  const isOlderRelease = older !== newer;
  const oldNode = await serving(old, people, isOlderRelease);
  expect((await oldNode.nurse.post('/departments/icu/shifts')).status).toBeLessThan(300);
  const traffic = new WardTraffic([oldNode]);
  try {
    await traffic.roundsMore(20);
    expect((await migrate(database!.url)).length).toBeGreaterThan(0);
    await traffic.roundsMore(20);
    // A node of the older release that ends meanwhile comes up again.
    const again = await serving(start(older, env), people, isOlderRelease);
    await traffic.moveTo([oldNode, again]);
    const next = await serving(start(newer, env), people);
    await traffic.moveTo([oldNode, again, next]);
    await traffic.roundsMore(30);
    await traffic.moveTo([next]);
    sendSignal(old.child.pid, 'SIGTERM');
    expect(await old.exited).toBe(0);
    await traffic.roundsMore(20);
    await traffic.stop();
    expect(traffic.refused).toEqual([]);
    const log = await readLog(next.nurse, 'icu');
    expect(log.map(({ seq }) => seq as number)).toEqual(log.map((_, index) => index + 1));
    const of = (type: string) => new Set(log.filter((event) => event.type === type).map((event) => event.data.call_id as string));
    const [placed, accepted] = [of('call.pending'), of('call.accepted')];
    expect(traffic.acknowledged.filter((id) => !placed.has(id))).toEqual([]);
    expect(traffic.accepted.filter((id) => !accepted.has(id))).toEqual([]);
    expect(traffic.accepted.length).toBeGreaterThan(90);
  } finally {
    await traffic.stop();
  }
}

describe('a rolling upgrade', () => {
  it('to a schema that the next release expands: while the ward presses and accepts nothing is refused, nothing lost', async () => {
    database = await createTestDatabase('demo hospital');
    const history = nextRelease(['29990101000000-next-release', EXPAND]);
    const role = `wardline_test_app_${String(process.pid)}`;
    await database.query(`CREATE ROLE ${role} LOGIN PASSWORD 'a-password'`);
    try {
      // Migrations are the owner's, calls another role's, which must not be refused what the owner has just made.
      const application = Object.assign(new URL(database.url), { username: role, password: 'a-password' }).toString();
      const env = { DATABASE_URL: application, DATABASE_MIGRATION_URL: database.url };
      await upgrade({ older: PRESENT, newer: PRESENT, env, migrate: (url) => migrateUp(url, history) });
      const [row] = await database.query<{ notes: number }>('SELECT count(*)::int AS notes FROM next_release_notes');
      expect(row?.notes).toBeGreaterThan(50);
    } finally {
      await end();
      await database.query(`DROP OWNED BY ${role}`);
      await database.query(`DROP ROLE ${role}`);
    }
  });

  it('is over once a migration contracts the schema: the older program is refused with 78, and names both versions', async () => {
    database = await createTestDatabase('demo hospital');
    const next = nextRelease(['29990101000000-next-release', EXPAND], ['29990201000000-contract', CONTRACT]);
    await migrateUp(database.url, next);
    const program = start(PRESENT);
    expect(await program.exited).toBe(78);
    expect(program.stderr()).toContain('the database is newer than this program');
    expect(program.stderr()).toContain(`contract29990201000000, applied by Wardline ${packageVersion()}`);
    expect(program.stderr()).toContain(`Wardline ${packageVersion()}, knows `);
  });
});

describe.skipIf(OLDER === undefined)('a rolling upgrade from the last release', () => {
  it('its program and this one serve together, on the schema of this one', async () => {
    database = await createTestDatabase('nothing');
    await upgrade({
      older: OLDER!,
      newer: PRESENT,
      env: { SEED_DEMO: 'true' },
      migrate: (url) => migrateUp(url),
      firstRun: () => JSON.parse(readFileSync(join(dataDir, 'first-run.json'), 'utf8')) as FirstRun,
    });
  });
});
