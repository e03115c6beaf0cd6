import { existsSync } from 'node:fs';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { asStation, request, signIn, Socket } from '../../../support/clients/client.js';
import { run } from '../../../support/servers/process.js';
import { sendSignal } from '../../../support/checks/signal.js';
import { expectNothingLost, gone, isAlive, nextWorker, pressing, Supervised, workers } from '../../../support/servers/supervised.js';
import { eventually, soon } from '../../../support/eventually.js';

const supervised = new Supervised();
const { folder } = supervised;

afterEach(() => supervised.stop());
afterAll(() => {
  supervised.remove();
});

describe('the supervisor', () => {
  it('runs the node in a worker and says once that it is ready', async () => {
    const { program, wardline } = await supervised.start();
    expect(workers(program)).toHaveLength(1);
    expect(workers(program)[0]).not.toBe(program.child.pid);
    expect(program.events('wardline.ready')).toHaveLength(1);
    expect((await request(wardline, 'GET', '/readyz')).body.info.server).toEqual({ status: 'up', state: 'running' });
  });

  it('replaces the worker at SIGHUP, under load: nobody is refused, every screen is told, nothing is lost', async () => {
    const { program, wardline } = await supervised.start({ SHUTDOWN_RECONNECT_SEC: '1' });
    const { nurse, screens } = await supervised.follow(wardline);
    const presses = pressing(wardline);
    await eventually(() => (presses.acknowledged.length > 10 ? true : undefined), 'presses');
    const [old] = workers(program);
    sendSignal(program.child.pid, 'SIGHUP');
    await nextWorker(program, 1);
    await gone(old!);
    await eventually(() => (screens.every((screen) => screen.isLive) ? true : undefined), 'every screen back');
    const count = presses.acknowledged.length;
    await eventually(() => (presses.acknowledged.length > count + 10 ? true : undefined), 'presses after it');
    await presses.stop();
    expect(presses.refused).toEqual([]);
    for (const screen of screens) expect(screen.endings).toEqual(['1012']);
    await expectNothingLost(nurse, screens, presses.acknowledged);
    expect(program.events('wardline.ready')).toHaveLength(1);
  });

  it('replaces a worker that was killed: who connects meanwhile waits, what was acknowledged is there', async () => {
    const { program, wardline } = await supervised.start();
    const { nurse, screens } = await supervised.follow(wardline);
    const presses = pressing(wardline);
    await eventually(() => (presses.acknowledged.length > 10 ? true : undefined), 'presses');
    sendSignal(workers(program)[0], 'SIGKILL');
    await program.event('worker.crashed');
    // No worker can answer now, and nobody is turned away.
    expect((await request(wardline, 'GET', '/livez')).status).toBe(200);
    await nextWorker(program, 1);
    await eventually(() => (screens.every((screen) => screen.isLive) ? true : undefined), 'every screen back');
    await presses.stop();
    expect(presses.refused.filter((why) => why.includes('ECONNREFUSED'))).toEqual([]);
    await expectNothingLost(nurse, screens, presses.acknowledged);
  });

  it('starts a killed database again; sockets stay', async () => {
    const { program, wardline } = await supervised.start();
    const { nurse, screens } = await supervised.follow(wardline);
    const { pid } = await program.event('embedded_postgres.started');
    sendSignal(pid, 'SIGKILL');
    await program.event('database.restarted');
    await eventually(async () => ((await request(wardline, 'GET', '/readyz')).status === 200 ? true : undefined), 'a ready node');
    const call = await asStation(wardline, 'icu-104-bed')('POST', '/calls', { type: 'patient_normal' });
    expect(call.status).toBe(201);
    await expectNothingLost(nurse, screens, [call.body.id]);
    for (const screen of screens) expect(screen.endings).toEqual([]);
    expect(workers(program)).toHaveLength(1);
  });

  it('was killed itself: the worker lets go of the port, sends its clients away and ends, the database too', async () => {
    const { program, wardline } = await supervised.start();
    const { pid } = await program.event('embedded_postgres.started');
    const nurse = await signIn(wardline, 'icu-nurse-1');
    const socket = await Socket.open(wardline, nurse.cookie);
    const [worker] = workers(program);
    sendSignal(program.child.pid, 'SIGKILL');
    expect((await socket.untilClosed()).code).toBe(1001);
    expect(socket.frames.filter((frame) => frame.type === 'server_shutdown')).toHaveLength(1);
    await gone(worker!);
    await gone(pid as number);
    const again = await supervised.start({ PORT: new URL(wardline.url).port });
    expect((await request(again.wardline, 'GET', '/readyz')).status).toBe(200);
  });

  it('ends with 0 when an administrator drains it, with and without a supervisor', async () => {
    for (const SUPERVISOR of ['on', 'off']) {
      const { program, wardline } = await supervised.start({ SUPERVISOR });
      const admin = await signIn(wardline, 'admin');
      const socket = await Socket.open(wardline, admin.cookie);
      expect((await admin.post('/admin/drain')).status).toBe(202);
      expect((await socket.untilClosed()).code).toBe(1001);
      expect(await program.exited).toBe(0);
    }
  });

  it('refuses to start where the port is taken, before it touches the database', async () => {
    const { program, wardline } = await supervised.start();
    const second = run('src/main.js', { PORT: new URL(wardline.url).port, DATA_DIR: `${folder}-second` });
    expect(await second.exited).toBe(1);
    expect(second.stderr()).toContain('EADDRINUSE');
    expect(existsSync(`${folder}-second`)).toBe(false);
    expect(isAlive(program.child.pid!)).toBe(true);
  });

  it('replaces a worker that is over its memory, under load: the new one takes the port first', async () => {
    // Any worker is over this from the start: three looks, ten seconds apart.
    const { program, wardline } = await supervised.start({ MAX_MEMORY_MB: '64', SHUTDOWN_RECONNECT_SEC: '1' });
    const { nurse, screens } = await supervised.follow(wardline);
    const [old] = workers(program);
    const alone = supervised.alsoStop(
      run('src/main.js', { PORT: '0', DATA_DIR: `${folder}-alone`, SUPERVISOR: 'off', MAX_MEMORY_MB: '64' }),
    );
    await soon(() => expect(program.events('memory.high').length).toBeGreaterThanOrEqual(2));
    const presses = pressing(wardline);
    await soon(() => expect(workers(program)).toHaveLength(2));
    expect(isAlive(old!)).toBe(true);
    await gone(old!);
    await eventually(() => (screens.every((screen) => screen.isLive) ? true : undefined), 'every screen back');
    await presses.stop();
    expect(presses.refused).toEqual([]);
    for (const screen of screens) expect(screen.endings).toEqual(['1012']);
    await expectNothingLost(nurse, screens, presses.acknowledged);
    // Without a supervisor whoever runs it starts another.
    expect(await alone.exited).toBe(0);
    expect(alone.events('drain.told')[0]).toMatchObject({ departure: 'restart' });
  });

  it('has a worker that was signalled alone replaced', async () => {
    const { program, wardline } = await supervised.start();
    const [old] = workers(program);
    sendSignal(old, 'SIGTERM');
    await nextWorker(program, 1);
    await gone(old!);
    expect((await request(wardline, 'GET', '/readyz')).status).toBe(200);
  });
});
