import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { asStation, request, type Session, signIn, Socket } from '../support/client.js';
import { eventually, readLog } from '../support/person.js';
import { type LogLine, type Program, run } from '../support/process.js';
import { Reader } from '../support/reader.js';
import type { FirstRun, TestWardline } from '../support/wardline.js';

const folder = join(mkdtempSync(join(tmpdir(), 'wardline-supervisor-')), 'var');
const programs: Program[] = [];
const readers: Reader[] = [];

async function start(env: Record<string, string> = {}): Promise<{ program: Program; wardline: TestWardline }> {
  const program = run('src/main.js', { PORT: '0', DATA_DIR: folder, ...env });
  programs.push(program);
  const { url } = await program.event('wardline.ready');
  const firstRun = JSON.parse(readFileSync(join(folder, 'first-run.json'), 'utf8')) as FirstRun;
  return { program, wardline: { url, ca: readFileSync(join(folder, 'tls', 'cert.pem')), firstRun } as unknown as TestWardline };
}

/** The pids of the workers that have come up, oldest first. */
function workers(program: Program): number[] {
  return program
    .events('server.state')
    .filter((line: LogLine) => line['state'] === 'running')
    .map((line) => line['worker'] as number);
}

async function nextWorker(program: Program, before: number): Promise<number> {
  return eventually(() => workers(program).find((_, index) => index === before), 'another worker');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function gone(pid: number): Promise<true> {
  return eventually(() => (isAlive(pid) ? undefined : true), `the end of process ${String(pid)}`);
}

/** Follows the department with several screens, all of which are live when it resolves. */
async function follow(wardline: TestWardline): Promise<{ nurse: Session; screens: Reader[] }> {
  const nurse = await signIn(wardline, 'icu-nurse-1');
  const other = await signIn(wardline, 'icu-nurse-2');
  const screens = [nurse, nurse, nurse, nurse, other, other, other, other].map((session) => new Reader(wardline, session, 'icu'));
  readers.push(...screens);
  for (const screen of screens) expect(await screen.live.whenLive(15_000)).toBe(true);
  return { nurse, screens };
}

/** Presses and cancels without a pause, each time over a connection of its own, until `stop`. */
function pressing(wardline: TestWardline) {
  let stopped = false;
  const refused: string[] = [];
  const acknowledged: string[] = [];
  const work = Promise.all(
    ['icu-101-bed', 'icu-102-bed', 'icu-103-bed'].map(async (id) => {
      const press = asStation(wardline, id);
      while (!stopped) {
        try {
          const call = await press('POST', '/calls', { type: 'patient_normal' });
          if (call.status < 300) acknowledged.push(call.body.id as string);
          else refused.push(`press ${String(call.status)}`);
          const cancel = await press('POST', `/calls/${call.body.id as string}/cancel`, {});
          if (cancel.status >= 300) refused.push(`cancel ${String(cancel.status)}`);
        } catch (error) {
          refused.push(String(error));
        }
      }
    }),
  );
  return {
    refused,
    acknowledged,
    stop: async () => {
      stopped = true;
      await work;
    },
  };
}

/** Every screen has the whole log, in order, each event once. */
async function expectNothingLost(nurse: Session, screens: Reader[], acknowledged: string[]): Promise<void> {
  const log = await readLog(nurse, 'icu');
  const head = log.at(-1).seq as number;
  expect(log.map((event) => event.seq)).toEqual(Array.from({ length: head }, (_, index) => index + 1));
  const placed = new Set(log.filter((event) => event.type === 'call.pending').map((event) => event.data.call_id));
  expect(acknowledged.filter((id) => !placed.has(id))).toEqual([]);
  await eventually(() => (screens.every((screen) => screen.last === head) ? true : undefined), 'every screen at the head of the log');
  for (const screen of screens) expect(screen.defects).toEqual({ gaps: 0, outOfOrder: 0, steppedOver: 0, skippedEvents: 0, troubles: 0 });
}

async function stop(program: Program): Promise<void> {
  const { child } = program;
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGTERM');
  await program.exited;
}

afterEach(async () => {
  for (const reader of readers.splice(0)) await reader.live.close();
  for (const program of programs.splice(0)) await stop(program);
});
afterAll(() => {
  for (const place of [join(folder, 'postgres'), join(`${folder}-alone`, 'postgres')]) {
    if (existsSync(place)) rmSync(realpathSync(place), { recursive: true, force: true });
  }
  rmSync(join(folder, '..'), { recursive: true, force: true });
});

describe('the supervisor', { timeout: 180_000 }, () => {
  it('runs the node in a worker and says once that it is ready', async () => {
    const { program, wardline } = await start();
    expect(workers(program)).toHaveLength(1);
    expect(workers(program)[0]).not.toBe(program.child.pid);
    expect(program.events('wardline.ready')).toHaveLength(1);
    expect((await request(wardline, 'GET', '/readyz')).body.info.server).toEqual({ status: 'up', state: 'running' });
  });

  it('replaces the worker at SIGHUP, under load: nobody is refused, every screen is told, nothing is lost', async () => {
    const { program, wardline } = await start({ SHUTDOWN_RECONNECT_SEC: '1' });
    const { nurse, screens } = await follow(wardline);
    const presses = pressing(wardline);
    await eventually(() => (presses.acknowledged.length > 10 ? true : undefined), 'presses');
    const [old] = workers(program);
    process.kill(program.child.pid!, 'SIGHUP');
    await nextWorker(program, 1);
    await gone(old!);
    await eventually(() => (screens.every((screen) => screen.live.isLive) ? true : undefined), 'every screen back');
    const count = presses.acknowledged.length;
    await eventually(() => (presses.acknowledged.length > count + 10 ? true : undefined), 'presses after it');
    await presses.stop();
    expect(presses.refused).toEqual([]);
    for (const screen of screens) expect(screen.endings).toEqual(['1012']);
    await expectNothingLost(nurse, screens, presses.acknowledged);
    expect(program.events('wardline.ready')).toHaveLength(1);
  });

  it('replaces a worker that was killed: who connects meanwhile waits, what was acknowledged is there', async () => {
    const { program, wardline } = await start();
    const { nurse, screens } = await follow(wardline);
    const presses = pressing(wardline);
    await eventually(() => (presses.acknowledged.length > 10 ? true : undefined), 'presses');
    process.kill(workers(program)[0]!, 'SIGKILL');
    await program.event('worker.crashed');
    // Nobody is there to answer now, and nobody is turned away.
    expect((await request(wardline, 'GET', '/livez')).status).toBe(200);
    await nextWorker(program, 1);
    await eventually(() => (screens.every((screen) => screen.live.isLive) ? true : undefined), 'every screen back');
    await presses.stop();
    expect(presses.refused.filter((why) => why.includes('ECONNREFUSED'))).toEqual([]);
    await expectNothingLost(nurse, screens, presses.acknowledged);
  });

  it('starts a killed database again; sockets stay', async () => {
    const { program, wardline } = await start();
    const { nurse, screens } = await follow(wardline);
    const { pid } = await program.event('embedded_postgres.started');
    process.kill(pid as number, 'SIGKILL');
    await program.event('database.restarted');
    await eventually(async () => ((await request(wardline, 'GET', '/readyz')).status === 200 ? true : undefined), 'a ready node');
    const call = await asStation(wardline, 'icu-104-bed')('POST', '/calls', { type: 'patient_normal' });
    expect(call.status).toBe(201);
    await expectNothingLost(nurse, screens, [call.body.id]);
    for (const screen of screens) expect(screen.endings).toEqual([]);
    expect(workers(program)).toHaveLength(1);
  });

  it('was killed itself: the worker lets go of the port, sends its clients away and ends, the database too', async () => {
    const { program, wardline } = await start();
    const { pid } = await program.event('embedded_postgres.started');
    const nurse = await signIn(wardline, 'icu-nurse-1');
    const socket = await Socket.open(wardline, nurse.cookie);
    const [worker] = workers(program);
    process.kill(program.child.pid!, 'SIGKILL');
    expect((await socket.untilClosed()).code).toBe(1001);
    expect(socket.frames.filter((frame) => frame.type === 'server_shutdown')).toHaveLength(1);
    await gone(worker!);
    await gone(pid as number);
    const again = await start({ PORT: new URL(wardline.url).port });
    expect((await request(again.wardline, 'GET', '/readyz')).status).toBe(200);
  });

  it('ends at once with 1 at a second signal, and leaves nothing running', async () => {
    const { program } = await start();
    const { pid } = await program.event('embedded_postgres.started');
    process.kill(program.child.pid!, 'SIGTERM');
    process.kill(program.child.pid!, 'SIGINT');
    expect(await program.exited).toBe(1);
    await gone(workers(program)[0]!);
    await gone(pid as number);
  });

  it('ends with 0 when an administrator drains it, with and without a supervisor', async () => {
    for (const SUPERVISOR of ['on', 'off']) {
      const { program, wardline } = await start({ SUPERVISOR });
      const admin = await signIn(wardline, 'admin');
      const socket = await Socket.open(wardline, admin.cookie);
      expect((await admin.post('/admin/drain')).status).toBe(202);
      expect((await socket.untilClosed()).code).toBe(1001);
      expect(await program.exited).toBe(0);
    }
  });

  it('refuses to start where the port is taken, before it touches the database', async () => {
    const { program, wardline } = await start();
    const second = run('src/main.js', { PORT: new URL(wardline.url).port, DATA_DIR: `${folder}-second` });
    expect(await second.exited).toBe(1);
    expect(second.stderr()).toContain('EADDRINUSE');
    expect(existsSync(`${folder}-second`)).toBe(false);
    expect(isAlive(program.child.pid!)).toBe(true);
  });

  it('replaces a worker that is over its memory, under load: the new one takes the port first', async () => {
    // Any worker is over this from the start: three looks, ten seconds apart.
    const { program, wardline } = await start({ MAX_MEMORY_MB: '64', SHUTDOWN_RECONNECT_SEC: '1' });
    const { nurse, screens } = await follow(wardline);
    const [old] = workers(program);
    const alone = run('src/main.js', { PORT: '0', DATA_DIR: `${folder}-alone`, SUPERVISOR: 'off', MAX_MEMORY_MB: '64' });
    programs.push(alone);
    await vi.waitFor(() => expect(program.events('memory.high').length).toBeGreaterThanOrEqual(2), { timeout: 60_000, interval: 100 });
    const presses = pressing(wardline);
    await vi.waitFor(() => expect(workers(program)).toHaveLength(2), { timeout: 60_000, interval: 50 });
    expect(isAlive(old!)).toBe(true);
    await gone(old!);
    await eventually(() => (screens.every((screen) => screen.live.isLive) ? true : undefined), 'every screen back');
    await presses.stop();
    expect(presses.refused).toEqual([]);
    for (const screen of screens) expect(screen.endings).toEqual(['1012']);
    await expectNothingLost(nurse, screens, presses.acknowledged);
    // Without a supervisor whoever runs it starts another.
    expect(await alone.exited).toBe(0);
    expect(alone.events('drain.told')[0]).toMatchObject({ departure: 'restart' });
  });

  it('has a worker that was signalled alone replaced', async () => {
    const { program, wardline } = await start();
    const [old] = workers(program);
    process.kill(old!, 'SIGTERM');
    await nextWorker(program, 1);
    await gone(old!);
    expect((await request(wardline, 'GET', '/readyz')).status).toBe(200);
  });
});
