import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type AnyFrame, request, type Session, signIn } from '../../../support/clients/client.js';
import type { Program } from '../../../support/servers/process.js';
import { describeWithRedis, TestRedis } from '../../../support/servers/redis.js';
import { sendSignal } from '../../../support/checks/signal.js';
import { expectNothingLost, gone, isAlive, nextWorker, pressing, Supervised, workers } from '../../../support/servers/supervised.js';
import type { TestWardline } from '../../../support/wardline.js';
import { eventually } from '../../../support/eventually.js';

describeWithRedis('two workers under one supervisor', () => {
  const supervised = new Supervised();
  let redis: TestRedis;

  beforeAll(async () => {
    redis = await TestRedis.open();
  });
  afterEach(() => supervised.stop());
  afterAll(async () => {
    supervised.remove();
    await redis.stop();
  });

  async function start(env: Record<string, string> = {}): Promise<{ program: Program; wardline: TestWardline; admin: Session }> {
    const { program, wardline } = await supervised.start({
      WORKERS: '2',
      REDIS_URL: redis.url,
      SERVER_ID: 'ward',
      SHUTDOWN_RECONNECT_SEC: '1',
      SERVER_HEARTBEAT_SEC: '1',
      SERVER_STALE_SEC: '6',
      SERVER_GC_INTERVAL_SEC: '1',
      ...env,
    });
    await nextWorker(program, 1);
    return { program, wardline, admin: await signIn(wardline, 'admin') };
  }

  const listed = async (admin: Session) => (await admin.get('/admin/servers')).body.items as AnyFrame[];

  async function untilListed(admin: Session, names: string[]): Promise<void> {
    const found = async () => (await listed(admin)).map(({ server_id }) => server_id as string).sort();
    await eventually(async () => ((await found()).join() === names.join() ? true : undefined), `the nodes ${names.join()}`);
  }

  /** Answers come from both, over connections of their own. */
  async function bothAnswer(admin: Session): Promise<void> {
    const answering = new Set<string>();
    await eventually(async () => {
      for (const { self, server_id } of await listed(admin)) if (self === true) answering.add(server_id as string);
      return answering.size === 2 ? true : undefined;
    }, 'answers of both workers');
  }

  it('are two nodes of a cluster on one port, and both accept', async () => {
    const { program, wardline, admin } = await start();
    await untilListed(admin, ['ward', 'ward:2']);
    await bothAnswer(admin);
    const { nurse, screens } = await supervised.follow(wardline);
    await eventually(async () => {
      const online = (await listed(admin)).map((node) => node['online'] as number);
      return online.reduce((sum, users) => sum + users, 0) >= 2 ? true : undefined;
    }, 'screens at the workers');
    const presses = pressing(wardline);
    await eventually(() => (presses.acknowledged.length > 20 ? true : undefined), 'presses');
    await presses.stop();
    expect(presses.refused).toEqual([]);
    await expectNothingLost(nurse, screens, presses.acknowledged);
    expect(program.events('wardline.ready')).toHaveLength(1);
    sendSignal(program.child.pid, 'SIGTERM');
    expect(await program.exited).toBe(0);
    for (const pid of workers(program)) expect(isAlive(pid)).toBe(false);
    expect(await redis.command('KEYS', 'wardline:*:s:*')).toEqual([]);
  });

  it('one is killed under load: it is replaced, reaped, and the other goes on', async () => {
    const { program, wardline, admin } = await start();
    const { nurse, screens } = await supervised.follow(wardline);
    const presses = pressing(wardline);
    await eventually(() => (presses.acknowledged.length > 10 ? true : undefined), 'presses');
    const [first, second] = workers(program);
    sendSignal(first, 'SIGKILL');
    await program.event('worker.crashed');
    expect((await request(wardline, 'GET', '/livez')).status).toBe(200);
    await nextWorker(program, 2);
    await eventually(() => (screens.every((screen) => screen.isLive) ? true : undefined), 'every screen back');
    await presses.stop();
    expect(presses.refused.filter((why) => why.includes('ECONNREFUSED'))).toEqual([]);
    await expectNothingLost(nurse, screens, presses.acknowledged);
    expect(isAlive(second!)).toBe(true);
    await untilListed(admin, ['ward:2', 'ward:3']);
    await bothAnswer(admin);
  });

  it('SIGHUP replaces one after the other under load: nobody is refused, nothing is lost', async () => {
    const { program, wardline, admin } = await start();
    const { nurse, screens } = await supervised.follow(wardline);
    const presses = pressing(wardline);
    const before = workers(program);
    sendSignal(program.child.pid, 'SIGHUP');
    await nextWorker(program, 2);
    await nextWorker(program, 3);
    for (const pid of before) await gone(pid);
    await eventually(() => (screens.every((screen) => screen.isLive) ? true : undefined), 'every screen back');
    await presses.stop();
    expect(presses.refused).toEqual([]);
    for (const screen of screens) expect(new Set(screen.endings)).toEqual(new Set(['1012']));
    await expectNothingLost(nurse, screens, presses.acknowledged);
    await untilListed(admin, ['ward:3', 'ward:4']);
  });

  it('both are over their memory: one is replaced after the other, and one always serves', async () => {
    const { program, wardline } = await start({ MAX_MEMORY_MB: '64' });
    const { nurse, screens } = await supervised.follow(wardline);
    // On a slow machine the first one is replaced, 30 s after it came up, before the screens are live.
    const before = workers(program).slice(0, 2);
    const presses = pressing(wardline);
    await nextWorker(program, 2);
    await nextWorker(program, 3);
    for (const pid of before) await gone(pid);
    await eventually(() => (screens.every((screen) => screen.isLive) ? true : undefined), 'every screen back');
    await presses.stop();
    expect(presses.refused).toEqual([]);
    await expectNothingLost(nurse, screens, presses.acknowledged);
    // The next one is started when the last one's predecessor has left.
    const steps = [...program.stdout().matchAll(/"event":"(worker\.replacing|node\.left)"/g)].map(([, event]) => event);
    expect(steps).toEqual(['worker.replacing', 'node.left', 'worker.replacing', 'node.left']);
  });

  it('one that was signalled alone is replaced; an administrator’s drain ends both', async () => {
    const { program, admin } = await start();
    const [, second] = workers(program);
    sendSignal(second, 'SIGTERM');
    await nextWorker(program, 2);
    await gone(second!);
    await untilListed(admin, ['ward', 'ward:3']);
    expect((await admin.post('/admin/drain')).status).toBe(202);
    expect(await program.exited).toBe(0);
    for (const pid of workers(program)) expect(isAlive(pid)).toBe(false);
  });
});
