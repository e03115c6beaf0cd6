import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wardlineCommand } from '../../../src/cli/cli.js';
import { migrationNames } from '../../../src/platform/database/migrations/migrations.js';
import { packageRoot } from '../../../src/platform/system/package-root.js';
import { packageVersion } from '../../../src/platform/system/package-version.js';
import { runCommandLine } from '../../support/cli.js';
import { createTestDatabase, type TestDatabase } from '../../support/servers/database.js';
import { freePort } from '../../support/servers/free-port.js';

const SECRET = 'a-secret-for-tests-of-at-least-32-characters';
const folder = mkdtempSync(join(tmpdir(), 'wardline-cli-'));
const hospital = join(packageRoot(), 'test/support/own-program/hospital.ts');
let database: TestDatabase;
let env: Record<string, string>;

beforeAll(async () => {
  database = await createTestDatabase();
  const port = String(await freePort());
  env = {
    DATABASE_URL: database.url,
    SESSION_SECRETS: SECRET,
    DATA_DIR: join(folder, 'var'),
    PORT: port,
    REQUIRE_WSS: 'false',
    HOST: '127.0.0.1',
  };
});
afterAll(async () => {
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

const wardline = (args: readonly string[], more: Record<string, string> = {}) => runCommandLine(args, { ...env, ...more });

describe('a command', () => {
  it('says how it is used, and ends with 0', async () => {
    const names = wardlineCommand().commands.map((command) => command.name());
    for (const wanted of [
      'start',
      'migrate',
      'admin',
      'epoch',
      'backup',
      'restore',
      'press',
      'simulate',
      'protocol',
      'env-example',
      'doctor',
      'version',
    ])
      expect(names).toContain(wanted);
    for (const name of names)
      expect(await wardline([name, '--help'])).toMatchObject({
        code: 0,
        out: expect.stringContaining(`Usage: wardline ${name}`) as string,
      });
  });

  it('says its version, also in JSON', async () => {
    expect(await wardline(['--version'])).toMatchObject({ code: 0, out: `${packageVersion()}\n` });
    for (const args of [
      ['version', '--json'],
      ['--version', '--json'],
      ['--json', '-V'],
    ])
      expect(JSON.parse((await wardline(args)).out)).toEqual({ wardline: packageVersion(), node: process.version });
  });

  it.each([
    ['an unknown name', ['dance'], {}, 64, /unknown command 'dance'/],
    ['a count that is none', ['migrate', 'down', 'wardline', 'all'], {}, 64, /^the count must be 1 to 99/],
    [
      'a count before the name',
      ['migrate', 'down', '1', 'st-jude'],
      {},
      64,
      /^the name stands before the count; usage: wardline migrate down/,
    ],
    ['a history that is not there', ['migrate', 'down', 'other', '1'], {}, 64, /^there is no history other; there is wardline/],
    [
      'a database that is away',
      ['migrate', 'status'],
      { DATABASE_URL: 'postgresql://localhost:1/none' },
      69,
      /^the database does not answer: .*ECONNREFUSED/,
    ],
    [
      'a database that is away, to renew its epoch',
      ['epoch', 'renew'],
      { DATABASE_URL: 'postgresql://127.0.0.1:1/none' },
      69,
      /^the database does not answer: .*ECONNREFUSED/,
    ],
    ['a wrong setting', ['migrate', 'status'], { PORT: 'eighty' }, 78, /^PORT: must be a whole number/],
    ['a hospital that is not there', ['migrate', 'status', '--hospital', 'nowhere.js'], {}, 78, /nowhere\.js is not there: build it first/],
    [
      'a wrong setting of the hospital',
      ['migrate', 'status', '--hospital', hospital],
      { TEST_HOUSE_L1_SEC: '0' },
      78,
      /^TEST_HOUSE_L1_SEC: /,
    ],
  ] as const)('with %s ends by an exit code of sysexits, and a line', async (_, args, more, code, line) => {
    expect(await wardline(args, more)).toEqual({ code, out: '', err: expect.stringMatching(line) as string });
  });
});

describe('wardline migrate', () => {
  it('prints what it would do and changes nothing, does it, lists it and takes it back', async () => {
    const missing = async () => {
      const list = JSON.parse((await wardline(['migrate', 'status', '--json'])).out) as { history: string; applied: boolean }[];
      expect(list.length).toBeGreaterThan(10);
      return list.filter(({ applied }) => !applied).length;
    };
    expect(await missing()).toBe(0);
    expect(await wardline(['migrate', 'down', '1'])).toMatchObject({
      code: 0,
      out: `taken back: 1 of wardline: ${migrationNames().at(-1)!}\n`,
    });
    for (let times = 0; times < 2; times++) {
      const { code, out } = await wardline(['migrate', 'plan']);
      expect([code, out]).toEqual([0, expect.stringMatching(/^-- wardline: /)]);
      expect(await missing()).toBe(1);
    }
    expect((await wardline(['migrate', 'up'])).out).toMatch(/^applied: /);
    expect(await missing()).toBe(0);
    expect((await wardline(['migrate', 'plan'])).out).toBe('-- nothing to do\n');
  });

  it('takes a hospital’s own back by its name, and leaves Wardline’s', async () => {
    const own = (...args: string[]) => wardline(['migrate', ...args, '--hospital', hospital]);
    expect((await own('up')).out).toMatch(/^applied: cleaning-tasks/);
    // More than there are: what was taken back is said, and not what was asked for.
    const back = JSON.parse((await own('down', 'test-house', '5', '--json')).out) as object;
    expect(back).toEqual({ history: 'test-house', taken_back: 1, names: [expect.stringMatching(/^cleaning-tasks/)] });
    expect((await own('down', 'test-house', '1')).out).toBe('taken back: 0 of test-house\n');
    const left = JSON.parse((await own('status', '--json')).out) as { history: string; applied: boolean }[];
    expect(left.filter(({ applied }) => !applied)).toMatchObject([{ history: 'test-house' }]);
  });
});

describe('wardline with a hospital of one’s own', () => {
  it('prints its settings with Wardline’s own', async () => {
    const { code, out } = await wardline(['env-example', '--hospital', hospital]);
    expect(code).toBe(0);
    expect(out).toContain('TEST_HOUSE_L1_SEC=45');
    expect(out).toContain('ESCALATION_L1_SEC=');
    const list = JSON.parse((await wardline(['env-example', '--hospital', hospital, '--json'])).out) as object[];
    expect(list).toContainEqual(expect.objectContaining({ concern: 'test-house', name: 'TEST_HOUSE_L1_SEC', default: '45' }));
    expect(list).toContainEqual(expect.objectContaining({ name: 'ESCALATION_L1_SEC', default: '90' }));
  });

  it('prints its protocol, and its types', async () => {
    const { code, out } = await wardline(['protocol', '--hospital', hospital]);
    expect(code).toBe(0);
    const { openapi, asyncapi } = JSON.parse(out) as { openapi: { paths: object }; asyncapi: { components: { messages: object } } };
    expect(openapi.paths).toHaveProperty(['/api/v1/calls']);
    expect(asyncapi.components.messages).toHaveProperty(['server.call.pending']);
    expect((await wardline(['protocol', '--types', '--hospital', hospital])).out).toContain('export interface TestHouseProtocol {');
    const json = JSON.parse((await wardline(['protocol', '--types', '--json', '--hospital', hospital])).out) as { types: string };
    expect(json.types).toContain('export interface TestHouseProtocol {');
  });
});

describe('wardline doctor', () => {
  it('has a line for each check, and ends with 0 where nothing fails', async () => {
    const { code, out } = await wardline(['doctor']);
    const checks = out
      .trim()
      .split('\n')
      .map((line) => /^(?:ok|warn) +(\w+): ./.exec(line)?.[1] ?? line);
    const all = ['settings', 'database', 'redis', 'port', 'files', 'certificate', 'clock', 'kernel'];
    expect([...new Set(checks)].sort(), out).toEqual(all.sort());
    expect(out).toMatch(/^ok +database: PostgreSQL \d+, no pooler in the way$/m);
    expect(code).toBe(0);
  });

  it('names a role that owns the audit, and a database that is newer than the program', async () => {
    const power = /^warn +database: the role (is a superuser|owns the audit and could change it)\. Name the owner/m;
    expect((await wardline(['doctor'])).out).toMatch(power);
    await database.query("INSERT INTO migrations (timestamp, name) VALUES (20991231000000, 'next-release20991231000000')");
    try {
      const { code, out } = await wardline(['doctor']);
      expect(code).toBe(69);
      expect(out).toMatch(/^fail +database: the database is newer than this program: it has the migration next-release20991231000000/m);
      expect(out).not.toContain('up to date');
      expect((await wardline(['migrate', 'status'])).out).toMatch(/^unknown {2}wardline {2}next-release20991231000000$/m);
      expect((await wardline(['migrate', 'plan'])).out).toBe('-- nothing to do\n');
    } finally {
      await database.query("DELETE FROM migrations WHERE name = 'next-release20991231000000'");
    }
  });

  it.each([
    ['a database that is not there', { DATABASE_URL: 'postgresql://127.0.0.1:1/none' }, 'database', 69],
    ['a Redis that is not there', { REDIS_URL: 'redis://127.0.0.1:1' }, 'redis', 69],
    ['a certificate that is not there', { TLS_CERT_FILE: '/nowhere.pem', TLS_KEY_FILE: '/nowhere.key' }, 'certificate', 78],
    ['a wrong setting', { PORT: 'eighty' }, 'settings', 78],
  ] as const)('finds %s, and says what to do', async (_, more, check, wanted) => {
    const { code, out } = await wardline(['doctor', '--json'], more);
    const findings = JSON.parse(out) as { check: string; state: string; advice?: string }[];
    const failed = findings.filter(({ state }) => state === 'fail');
    expect([code, failed.map((one) => one.check)]).toEqual([wanted, [check]]);
    if (check !== 'settings') expect(failed[0]?.advice).toMatch(/\w/);
  });
});
