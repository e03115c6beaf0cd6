import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { request } from '../../support/clients/client.js';
import { createTestDatabase, type TestDatabase } from '../../support/servers/database.js';
import { type Program, run } from '../../support/servers/process.js';
import { TEST_SECRET } from '../../support/wardline.js';
import { eventually } from '../../support/eventually.js';

/** Enough for Node to load its modules, too few for the flood. */
const FEW_FILES = 700;
const FLOOD = 900;

/** RLIMIT_NOFILE of a running process can be changed where there is prlimit. */
function canLimit(): boolean {
  try {
    execFileSync('prlimit', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('a process at the end of its files and memory', () => {
  let database: TestDatabase;
  const folder = mkdtempSync(join(tmpdir(), 'wardline-bounds-'));
  let program: Program | undefined;
  const sockets: Socket[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    program?.child.kill('SIGTERM');
    expect(await program?.exited).toBe(0);
    program = undefined;
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await database.drop();
  });

  function start(env: Record<string, string>, openFiles?: number): Program {
    program = run(
      'src/main.js',
      {
        ...{ DATABASE_URL: database.url, SESSION_SECRETS: TEST_SECRET, DATA_DIR: folder, HOST: '127.0.0.1', PORT: '0' },
        ...{ REQUIRE_WSS: 'false', HANDSHAKE_TIMEOUT_SEC: '2', ...env },
      },
      [],
      undefined,
      openFiles,
    );
    return program;
  }

  async function flood(url: string): Promise<void> {
    await Promise.all(
      Array.from({ length: FLOOD }, async () => {
        const socket = connect(Number(new URL(url).port), '127.0.0.1');
        sockets.push(socket);
        socket.on('error', () => undefined);
        await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
      }),
    );
  }

  async function isReady(url: string): Promise<boolean> {
    const answer = await request({ url, ca: Buffer.alloc(0) }, 'GET', '/readyz').catch(() => undefined);
    return answer?.status === 200;
  }

  it('says at the start that it cannot carry MAX_CONNECTIONS, and drops connections before it runs out of files', async () => {
    const { event } = start({ MAX_CONNECTIONS: '5000' }, FEW_FILES);
    const { url } = (await event('wardline.ready')) as { url: string };
    expect(await event('capacity.open_files_short')).toMatchObject({ level: 'warn', max_connections: 5000, available: FEW_FILES });
    await flood(url);
    expect(await event('server.connections_dropped')).toMatchObject({ max: FEW_FILES - 128 });
    await eventually(async () => ((await isReady(url)) ? true : undefined), 'the node to be ready again');
  });

  it('says at the start that MEMORY_PER_CONNECTION_KB × MAX_CONNECTIONS does not fit', async () => {
    const { event } = start({ MAX_CONNECTIONS: '100000', MAX_MEMORY_MB: '1024', MEMORY_PER_CONNECTION_KB: '20' });
    await event('wardline.ready');
    expect(await event('capacity.memory_short')).toMatchObject({ level: 'warn', max_connections: 100_000, needed_mb: 1954 });
  });

  it('says nothing where all fits', async () => {
    const { event, stdout } = start({ MAX_CONNECTIONS: '500', MAX_MEMORY_MB: '2048' }, 4096);
    await event('wardline.ready');
    expect(stdout()).not.toContain('"event":"capacity.');
  });

  it.skipIf(!canLimit())('is still there when it could not accept a connection for want of files (EMFILE)', async () => {
    const { event, child } = start({}, 4096);
    const { url } = (await event('wardline.ready')) as { url: string };
    const pid = String(child.pid);
    const few = String(readdirSync(`/proc/${pid}/fd`).length + 5);
    execFileSync('prlimit', ['-p', pid, `--nofile=${few}:4096`]);
    await flood(url);
    execFileSync('prlimit', ['-p', pid, '--nofile=4096:4096']);
    await eventually(async () => ((await isReady(url)) ? true : undefined), 'the node to be ready again');
  });
});
