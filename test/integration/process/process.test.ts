import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { migrationNames } from '../../../src/platform/database/migrations/migrations.js';
import { packageRoot } from '../../../src/platform/system/package-root.js';
import { packageVersion } from '../../../src/platform/system/package-version.js';
import { asStation, request, signIn, Socket } from '../../support/clients/client.js';
import { createTestDatabase } from '../../support/servers/database.js';
import { type Program, run, runCommand } from '../../support/servers/process.js';
import { sendSignal } from '../../support/checks/signal.js';
import type { FirstRun, TestWardline } from '../../support/wardline.js';
import { eventually, soon } from '../../support/eventually.js';

const MAIN = 'src/main.js';
const folders: string[] = [];
const programs: Program[] = [];

function dataDir(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wardline-process-'));
  folders.push(folder);
  return join(folder, 'var');
}

function start(env: Record<string, string>, args: string[] = [], script = MAIN): Program {
  const program = run(script, { PORT: '0', ...env }, args);
  programs.push(program);
  return program;
}

/** The parts of a process that the tests' client needs. */
async function connect(program: Program, folder: string): Promise<TestWardline> {
  const ready = await program.event('wardline.ready');
  const firstRun = JSON.parse(readFileSync(join(folder, 'first-run.json'), 'utf8')) as FirstRun;
  return { url: ready['url'], ca: readFileSync(join(folder, 'tls', 'cert.pem')), firstRun } as unknown as TestWardline;
}

async function killGroup(program: Program, signal: NodeJS.Signals): Promise<void> {
  if (program.child.pid !== undefined && program.child.exitCode === null && program.child.signalCode === null)
    process.kill(-program.child.pid, signal);
  await program.exited;
}

afterEach(async () => {
  for (const program of programs.splice(0)) await killGroup(program, 'SIGTERM');
});
afterAll(() => {
  for (const folder of folders) {
    const place = join(folder, 'var', 'postgres');
    if (existsSync(place)) rmSync(realpathSync(place), { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  }
});

describe('Wardline as a process, on its embedded database', () => {
  const folder = dataDir();
  const env = { DATA_DIR: folder };

  it('starts on an empty folder, seeds the demo hospital, writes first-run.json (0600), and tells a person what to do', async () => {
    const program = start(env);
    const wardline = await connect(program, folder);
    expect(statSync(join(folder, 'first-run.json')).mode & 0o777).toBe(0o600);
    expect(wardline.firstRun.staff).toHaveLength(21);
    expect(wardline.firstRun.staff.filter((one) => one.role === 'manager')).toHaveLength(3);
    expect(wardline.firstRun.stations).toHaveLength(48);
    expect(wardline.firstRun.stations).toContainEqual(
      expect.objectContaining({ id: 'icu-101-bed', dept: 'icu', room_id: 'icu-101', kind: 'bedside' }),
    );
    await soon(() => {
      expect(program.stderr()).toContain('wardline press icu-101-bed');
    });
    expect((await request(wardline, 'GET', '/readyz')).status).toBe(200);
    expect(
      program
        .stdout()
        .split('\n')
        .filter(Boolean)
        .every((line) => line.startsWith('{')),
    ).toBe(true);
  });

  it('keeps what it acknowledged through kill -9 of its whole process group, and is up again on the same data', async () => {
    const first = start(env);
    const before = await connect(first, folder);
    const press = asStation(before, 'icu-102-bed');
    const acknowledged: string[] = [];
    const pressing = (async () => {
      for (const type of [
        'patient_normal',
        'service_request',
        'staff_assist',
        'code_blue',
        'cord_out',
        'bed_exit',
        'device_alarm',
        'technical_fault',
      ]) {
        const answer = await press('POST', '/calls', { type }).catch(() => undefined);
        if (answer?.status === 201) acknowledged.push(answer.body.id as string);
      }
    })();
    while (acknowledged.length < 3) await sleep(1);
    await killGroup(first, 'SIGKILL');
    await pressing;

    const second = start(env);
    const after = await connect(second, folder);
    const nurse = await signIn(after, 'icu-nurse-1');
    const log = await nurse.get('/departments/icu/events?after=0&limit=200');
    const placed = log.body.items
      .filter((event: { type: string }) => event.type === 'call.pending')
      .map((event: { data: { call_id: string } }) => event.data.call_id);
    expect(placed).toEqual(expect.arrayContaining(acknowledged));
    expect(log.body.items.map((event: { seq: number }) => event.seq)).toEqual(log.body.items.map((_: unknown, i: number) => i + 1));
  });

  it('refuses a second instance on the same folder, names who holds it, and leaves the first one alone', async () => {
    const first = start(env);
    const wardline = await connect(first, folder);
    const second = start(env);
    expect(await second.exited).toBe(1);
    expect(second.stderr()).toContain(String(first.child.pid));
    expect((await request(wardline, 'GET', '/readyz')).status).toBe(200);
  });

  it('stops in order on SIGTERM: sockets 1001, exit 0, and nothing of the database is left running', async () => {
    const program = start(env);
    const wardline = await connect(program, folder);
    const nurse = await signIn(wardline, 'icu-nurse-2');
    const socket = await Socket.open(wardline, nurse.cookie);
    await socket.until((frame) => frame.type === 'hello');
    const { pid } = await program.event('embedded_postgres.started');
    sendSignal(program.child.pid, 'SIGTERM');
    expect((await socket.untilClosed()).code).toBe(1001);
    expect(await program.exited).toBe(0);
    expect(() => process.kill(pid as number, 0)).toThrow();
  });

  it('ends with 0 when it is told to while it starts, and leaves nothing running', async () => {
    for (const SUPERVISOR of ['on', 'off']) {
      const program = start({ ...env, SUPERVISOR });
      const { pid } = await program.event('embedded_postgres.started');
      sendSignal(program.child.pid, 'SIGTERM');
      expect(await program.exited).toBe(0);
      expect(() => process.kill(pid as number, 0)).toThrow();
    }
  });

  it('ends with 1 at an error that nothing caught, and says so; under a supervisor another worker takes its place', async () => {
    const NODE_OPTIONS = `--import=data:text/javascript,process.on('SIGUSR2',()=>{throw%20new%20Error('on%20purpose')})`;
    const alone = start({ ...env, SUPERVISOR: 'off', NODE_OPTIONS });
    await connect(alone, folder);
    sendSignal(alone.child.pid, 'SIGUSR2');
    expect(await alone.exited).toBe(1);
    expect(alone.events('server.state').map((line) => line['state'])).toEqual(['running', 'error']);
    expect(alone.events('process.uncaught_exception')).toHaveLength(1);

    const supervised = start({ ...env, NODE_OPTIONS });
    const wardline = await connect(supervised, folder);
    // The worker's own line comes from another process, and may come after the supervisor's.
    const { worker } = await supervised.event('server.state');
    sendSignal(worker, 'SIGUSR2');
    expect(await supervised.event('worker.crashed')).toMatchObject({ worker, code: 1 });
    await eventually(async () => ((await request(wardline, 'GET', '/readyz')).status === 200 ? true : undefined), 'a ready worker');
    const states = () => supervised.events('server.state').map((line) => line['state']);
    await eventually(() => (states().length > 2 ? true : undefined), 'the state of the other worker');
    expect(states()).toEqual(['running', 'error', 'running']);
  });

  it('never logs passwords, keys, cookies or names', async () => {
    const program = start({ ...env, LOG_LEVEL: 'trace' });
    const wardline = await connect(program, folder);
    const nurse = await signIn(wardline, 'icu-nurse-3');
    const socket = await Socket.open(wardline, nurse.cookie);
    await socket.ask({ type: 'shift.start', data: { dept: 'icu' } });
    await asStation(wardline, 'icu-103-bed')('POST', '/calls', { type: 'patient_normal' });
    await killGroup(program, 'SIGTERM');
    const said = program.stdout() + program.stderr();
    const secrets = [
      ...wardline.firstRun.staff.map((one) => one.password),
      ...wardline.firstRun.stations.map((one) => one.key),
      wardline.firstRun.admin.password,
    ];
    for (const secret of [...secrets, nurse.cookie.split('=')[1] ?? '', nurse.csrf, nurse.user.name])
      expect(said.includes(secret)).toBe(false);
  });

  it('ends with 78 and one line a mistake for wrong settings, before anything is touched', async () => {
    const untouched = dataDir();
    const program = start({ DATA_DIR: untouched, PORT: 'eighty', REQUIRE_WSS: 'maybe', MAX_CONNECTIONS: '-1' });
    expect(await program.exited).toBe(78);
    expect(
      program
        .stderr()
        .trim()
        .split('\n')
        .map((line) => line.split(':')[0])
        .sort(),
    ).toEqual(['MAX_CONNECTIONS', 'PORT', 'REQUIRE_WSS']);
    expect(existsSync(untouched)).toBe(false);
  });
});

describe('the file .env in the working directory', () => {
  it('stops the start with one line for each line that cannot be read and each name that is no setting', async () => {
    const folder = dataDir();
    mkdirSync(folder);
    writeFileSync(join(folder, '.env'), '\uFEFFPORT=eighty\n');
    const main = join(packageRoot(), 'dist', MAIN);
    const marked = runCommand(process.execPath, [main], {}, folder);
    expect(await marked.exited).toBe(78);
    // The mark is no part of the name: the setting was read.
    expect(marked.stderr()).toMatch(/^PORT: must be a whole number/);
    writeFileSync(join(folder, '.env'), 'PORT=8443\nESCALATION_L1_SECS=60\nHOST 127.0.0.1\n');
    for (const command of [[], ['migrate'], ['node-flags']]) {
      const refused = runCommand(process.execPath, [main, ...command], {}, folder);
      expect(await refused.exited).toBe(78);
      expect(refused.stderr().trim().split('\n')).toEqual([
        '.env line 2: ESCALATION_L1_SECS is not a setting; the nearest is ESCALATION_L1_SEC',
        '.env line 3: has no =; example: PORT=8443',
      ]);
    }
    rmSync(join(folder, '.env'));
    mkdirSync(join(folder, '.env'));
    const unreadable = runCommand(process.execPath, [main], {}, folder);
    expect(await unreadable.exited).toBe(78);
    expect(unreadable.stderr()).toMatch(/^\.env: cannot be read \(EISDIR\)/);
  });
});

describe('Wardline on a database that was given', () => {
  const env = { SESSION_SECRETS: 'a-secret-for-tests-of-at-least-32-characters', REQUIRE_WSS: 'false', HOST: '127.0.0.1' };
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it('seeds nothing, until told to; the first administrator is made by a command', async () => {
    const folder = dataDir();
    const settings = { ...env, DATA_DIR: folder, DATABASE_URL: database.url };
    const program = start(settings);
    const { url } = await program.event('wardline.ready');
    expect(await database.query('SELECT count(*)::int AS count FROM staff')).toEqual([{ count: 0 }]);
    expect(existsSync(join(folder, 'first-run.json'))).toBe(false);

    const command = start(settings, ['admin', 'create', '--username', 'Jane']);
    expect(await command.exited).toBe(0);
    const password = /once: (\S+)/.exec(command.stdout())?.[1];
    const target = { url: url as string, ca: Buffer.alloc(0) };
    const answer = await request(target, 'POST', '/api/v1/auth/login', { body: { username: 'jane', password } });
    expect(answer).toMatchObject({ status: 200, body: { user: { role: 'admin' } } });
    expect(answer.headers['set-cookie']?.[0]).toMatch(/^wardline=/);
    const again = start(settings, ['admin', 'create', '--username', 'jane']);
    expect(await again.exited).toBe(65);
    expect(again.stderr()).toContain('is taken');
  });

  it('is not started on by an older program, unless what is newer only adds: exit 78, both versions named', async () => {
    const newest = async (name: string, isAdditive: boolean) => {
      await database.query('INSERT INTO migrations (timestamp, name) VALUES ($1, $2)', [name.slice(-14), name]);
      await database.query('INSERT INTO migration_notes VALUES ($1, $2, $3)', [name, isAdditive, '9.8.7']);
    };
    await newest('more-columns29990101000000', true);
    for (const SUPERVISOR of ['on', 'off']) {
      const program = start({ ...env, SUPERVISOR, DATA_DIR: dataDir(), DATABASE_URL: database.url });
      await program.event('wardline.ready');
      await killGroup(program, 'SIGTERM');
    }
    await newest('other-rules29990102000000', false);
    for (const SUPERVISOR of ['on', 'off']) {
      const program = start({ ...env, SUPERVISOR, DATA_DIR: dataDir(), DATABASE_URL: database.url });
      expect(await program.exited).toBe(78);
      const [line] = program.stderr().split('\n');
      expect(line).toContain('other-rules29990102000000, applied by Wardline 9.8.7');
      expect(line).toContain(`Wardline ${packageVersion()}, knows ${migrationNames().at(-1)!}`);
    }
    await database.query("DELETE FROM migrations WHERE name LIKE '%2999%'");
  });

  it('refuses plain HTTP where TLS is required and no trusted proxy vouches for it', async () => {
    const program = start({ ...env, REQUIRE_WSS: 'true', DATA_DIR: dataDir(), DATABASE_URL: database.url });
    const { url } = await program.event('wardline.ready');
    const target = { url: url as string, ca: Buffer.alloc(0) };
    expect(url).toMatch(/^http:/);
    expect((await request(target, 'GET', '/livez')).status).toBe(200);
    const refused = await request(target, 'GET', '/api/v1/auth/session', { headers: { 'x-forwarded-proto': 'https' } });
    expect(refused).toMatchObject({ status: 403, body: { error: { code: 'WSS_REQUIRED', message: 'wss required' } } });
    await expect(Socket.open(target, undefined)).rejects.toThrow(/403/);
    await killGroup(program, 'SIGTERM');

    const trusting = start({ ...env, REQUIRE_WSS: 'true', DATA_DIR: dataDir(), DATABASE_URL: database.url, TRUSTED_PROXIES: '127.0.0.1' });
    const proxied = { url: (await trusting.event('wardline.ready'))['url'] as string, ca: Buffer.alloc(0) };
    expect((await request(proxied, 'GET', '/api/v1/auth/session')).status).toBe(403);
    expect((await request(proxied, 'GET', '/api/v1/auth/session', { headers: { 'x-forwarded-proto': 'https' } })).status).toBe(401);
  });
});
