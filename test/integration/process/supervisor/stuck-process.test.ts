import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../../../src/platform/system/package-root.js';
import { request } from '../../../support/clients/client.js';
import { createTestDatabase, type TestDatabase } from '../../../support/servers/database.js';
import { type Program, run } from '../../../support/servers/process.js';
import { sendSignal } from '../../../support/checks/signal.js';
import { nextWorker, workers } from '../../../support/servers/supervised.js';
import { TEST_SECRET } from '../../../support/wardline.js';
import { eventually } from '../../../support/eventually.js';

const BEATS = pathToFileURL(join(packageRoot(), 'dist/src/platform/watchdog/loop-beat.js')).href;
/** At SIGUSR2 the process enters an extension point and never comes back. */
const HANGS = `import { enterExtension } from '${BEATS}'; process.on('SIGUSR2', () => { enterExtension('notifier'); enterExtension('dispatch strategy'); for (;;); })`;
const STUCK_SEC = 4;

const folder = mkdtempSync(join(tmpdir(), 'wardline-stuck-'));
const programs: Program[] = [];
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase('demo hospital');
});
afterAll(async () => {
  for (const { child, exited } of programs) {
    if (child.exitCode === null && child.signalCode === null) sendSignal(child.pid, 'SIGTERM');
    await exited;
  }
  await database.drop();
  rmSync(folder, { recursive: true });
});

async function start(SUPERVISOR: string): Promise<{ program: Program; url: string }> {
  const program = run('src/main.js', {
    DATABASE_URL: database.url,
    DATA_DIR: folder,
    SESSION_SECRETS: TEST_SECRET,
    REQUIRE_WSS: 'false',
    HOST: '127.0.0.1',
    PORT: '0',
    WORKER_STUCK_SEC: String(STUCK_SEC),
    SUPERVISOR,
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(HANGS)}`,
  });
  programs.push(program);
  const { url } = await program.event('wardline.ready');
  if (SUPERVISOR === 'on') await nextWorker(program, 0);
  return { program, url: url as string };
}

const isReady = async (url: string) => (await request({ url, ca: Buffer.alloc(0) }, 'GET', '/readyz')).status;

describe('a process whose event loop does not turn any more', () => {
  it.concurrent('is a worker in an endless loop: it is killed, the extension point named, another takes its place', async () => {
    const { program, url } = await start('on');
    const [old] = workers(program);
    sendSignal(old, 'SIGUSR2');
    expect(await program.event('worker.stuck')).toMatchObject({ worker: old, extension: 'dispatch strategy, notifier' });
    await nextWorker(program, 1);
    expect(program.events('worker.crashed')).toMatchObject([{ worker: old, signal: 'SIGKILL' }]);
    expect(await isReady(url)).toBe(200);
  });

  it.concurrent('is a worker that was stopped: it is killed, another takes its place', async () => {
    const { program, url } = await start('on');
    const [old] = workers(program);
    sendSignal(old, 'SIGSTOP');
    expect(await program.event('worker.stuck')).toMatchObject({ worker: old, silent_sec: STUCK_SEC });
    await nextWorker(program, 1);
    expect(await isReady(url)).toBe(200);
  });

  it.concurrent('has no supervisor: its watchdog ends it, and names the extension point', async () => {
    const { program } = await start('off');
    sendSignal(program.child.pid, 'SIGUSR2');
    expect(await program.exited).toBeNull();
    expect(program.child.signalCode).toBe('SIGKILL');
    expect(program.events('worker.stuck')).toMatchObject([{ silent_sec: STUCK_SEC, extension: 'dispatch strategy, notifier' }]);
  });

  it.concurrent('was stopped with its whole group, and goes on: nobody is killed for that', async () => {
    const { program, url } = await start('on');
    const alone = await start('off');
    const [worker] = workers(program);
    for (const { child } of [program, alone.program]) process.kill(-child.pid!, 'SIGSTOP');
    await sleep((STUCK_SEC + 2) * 1000);
    for (const { child } of [program, alone.program]) process.kill(-child.pid!, 'SIGCONT');
    // Ready again once the loops have ticked.
    for (const node of [url, alone.url]) await eventually(async () => ((await isReady(node)) === 200 ? true : undefined), 'a ready node');
    // A process that is silent from here on is found, and is the first one.
    sendSignal(worker, 'SIGSTOP');
    sendSignal(alone.program.child.pid, 'SIGUSR2');
    await program.event('worker.stuck');
    await alone.program.exited;
    await nextWorker(program, 1);
    expect(program.events('worker.stuck')).toMatchObject([{ worker }]);
    expect(alone.program.events('worker.stuck')).toMatchObject([{ extension: 'dispatch strategy, notifier' }]);
  });
});

describe('the extension point that a process hung in', () => {
  it('is written down, and off after the second time', async () => {
    expect(programs.flatMap((program) => program.events('extension.not_noted'))).toEqual([]);
    const rows = await database.query<{ point: string; is_off: boolean }>(
      'SELECT point, off_since IS NOT NULL AS is_off FROM extension_points',
    );
    expect(rows).toEqual([{ point: 'dispatch strategy', is_off: true }]);
  });
});
