import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { RedisBackplane } from '../../../src/cluster/redis/redis-backplane.js';
import { createLogger } from '../../../src/platform/logging/logger.js';
import { type AnyFrame, type Session, signIn, type Socket } from '../../support/clients/client.js';
import { TestCluster } from '../../support/servers/cluster.js';
import { describeWithRedis } from '../../support/servers/redis.js';
import { eventually } from '../../support/eventually.js';

const idOf = (socket: Socket): string => socket.frames[0].connection_id as string;

describeWithRedis('an administrator sees the connections of all nodes from any of them', () => {
  let cluster: TestCluster;
  let anna: Session;
  let ben: Session;
  /** Signed in at the first node; cookies hold at both. */
  let admins: [Session, Session];

  beforeAll(async () => {
    cluster = await TestCluster.open(2, { SESSION_CHECK_INTERVAL_SEC: '3600', CONNECT_RATE_LIMIT: '0' });
    [anna, ben] = [await signIn(cluster.node(0), 'icu-nurse-1'), await signIn(cluster.node(0), 'icu-nurse-2')];
    admins = [cluster.admin, await signIn(cluster.node(1), 'admin')];
  });
  afterEach(() => cluster.empty());
  afterAll(() => cluster.stop());

  async function list(admin: Session, query = ''): Promise<AnyFrame> {
    const { status, body } = await admin.get(`/admin/connections${query}`);
    expect(status).toBe(200);
    return body;
  }

  it('lists them by id, the same from each node, in the shape that one node alone has', async () => {
    const sockets = [await cluster.socket(0, anna), await cluster.socket(1, ben), await cluster.socket(1, anna)];
    for (const admin of admins) {
      const body = await list(admin);
      expect(body).toMatchObject({ next_cursor: null, degraded: false, unanswered: [] });
      expect(body.items.map((one: AnyFrame) => one.id)).toEqual(sockets.map(idOf).sort());
      const at = new Map(body.items.map((one: AnyFrame) => [one.id, one.server]));
      for (const [index, socket] of sockets.entries()) expect(at.get(idOf(socket))).toBe(cluster.hub(Math.min(index, 1)).serverId);
      for (const one of body.items) expect(Object.keys(one)).toEqual(Object.keys(body.items[0]));
      expect(Object.keys(body.items[0])).toEqual(expect.arrayContaining(['user', 'server', 'since', 'pending', 'bytes', 'rtt']));
    }
  });

  it('pages go over all nodes, none twice and none left out, and can be asked for one person or one node', async () => {
    const sockets = [];
    for (const [index, session] of [
      [0, anna],
      [1, anna],
      [1, ben],
      [0, ben],
      [1, ben],
    ] as const)
      sockets.push(await cluster.socket(index, session));
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const body: AnyFrame = await list(admins[0], `?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...body.items.map((one: AnyFrame) => one.id as string));
      cursor = body.next_cursor as string | null;
    }
    expect(seen).toEqual(sockets.map(idOf).sort());
    expect((await list(admins[0], `?user=${anna.user.id}`)).items).toHaveLength(2);
    for (const index of [0, 1] as const) {
      const { serverId } = cluster.hub(index);
      const { items } = await list(admins[0], `?server=${encodeURIComponent(serverId)}`);
      expect(items.map((one: AnyFrame) => one.server)).toEqual(Array(index === 0 ? 2 : 3).fill(serverId));
    }
    expect((await list(admins[0], '?server=elsewhere')).items).toEqual([]);
  });

  it('one of another node can be looked at and closed (1013), which is audited; one of none is 404', async () => {
    const [here, there] = [await cluster.socket(0, anna), await cluster.socket(1, ben)];
    const path = `/admin/connections/${idOf(there)}`;
    expect((await admins[0].get(path)).body).toMatchObject({ id: idOf(there), user: ben.user.id, server: cluster.hub(1).serverId });
    expect((await admins[0].send('DELETE', path)).status).toBe(204);
    expect((await there.untilClosed()).code).toBe(1013);
    expect(here.closed).toBeUndefined();
    const { items } = (await admins[0].get('/admin/audit?action=connection.close')).body;
    expect(items[0]).toMatchObject({ target: `connection:${idOf(there)}`, detail: { staff_id: ben.user.id } });
    await eventually(async () => ((await admins[0].get(path)).status === 404 ? true : undefined), 'the connection has gone');
    expect((await admins[0].send('DELETE', path)).status).toBe(404);
    expect((await admins[0].get(`/admin/connections/${randomUUID()}`)).status).toBe(404);
  });

  it('a node that does not answer is named, the others are told of, and what cannot be known is no 404', async () => {
    const socket = await cluster.socket(1, ben);
    const facility = /\{(\w+)\}/.exec(((await cluster.redis.command('PUBSUB', 'CHANNELS')) as string[])[0] ?? '')?.[1] ?? '';
    const logger = await createLogger({ level: 'fatal', pretty: false });
    const mute = new RedisBackplane({ url: cluster.redis.url, serverId: 'mute', facility, logger });
    await mute.start();
    try {
      await mute.servers.beat({ state: 'running', version: '0.0.9', startedAt: Date.now(), connections: 0 });
      const body = await list(admins[0]);
      expect(body).toMatchObject({ degraded: true, unanswered: ['mute'] });
      expect(body.items.map((one: AnyFrame) => one.id)).toEqual([idOf(socket)]);
      expect((await admins[0].get(`/admin/connections/${idOf(socket)}`)).status).toBe(200);
      const unknown = await admins[0].get(`/admin/connections/${randomUUID()}`);
      expect([unknown.status, unknown.body.error.code, unknown.body.error.retryable]).toEqual([503, 'UNAVAILABLE', true]);
      expect(await list(admins[0], `?server=${encodeURIComponent(cluster.hub(0).serverId)}`)).toMatchObject({ unanswered: [] });
    } finally {
      await mute.servers.reap('mute', null);
      await mute.stop();
    }
    expect(await list(admins[0])).toMatchObject({ degraded: false, unanswered: [] });
  });

  it('while Redis is away a node tells of its own, and says that there are others', async () => {
    const [here] = [await cluster.socket(0, anna), await cluster.socket(1, ben)];
    await cluster.redis.kill();
    await cluster.untilRedis(false);
    const body = await list(admins[0]);
    expect(body).toMatchObject({ degraded: true });
    expect(body.items.map((one: AnyFrame) => one.id)).toEqual([idOf(here)]);
    await cluster.redis.start();
    await cluster.untilRedis(true);
    await eventually(async () => ((await list(admins[0])).items.length === 2 ? true : undefined), 'all connections again');
  });
});
