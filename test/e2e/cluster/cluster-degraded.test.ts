import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { type AnyFrame, asStation, type Session, signIn, type Socket } from '../../support/clients/client.js';
import { TestCluster } from '../../support/servers/cluster.js';
import { describeWithRedis } from '../../support/servers/redis.js';
import { eventually } from '../../support/eventually.js';

/** A climb takes three seconds; the poll is the only way between nodes while Redis is away. */
const SETTINGS = {
  POLL_INTERVAL_MS: '100',
  ESCALATION_L1_SEC: '1',
  ESCALATION_L2_SEC: '2',
  ESCALATION_L3_SEC: '3',
  // The first sign that anything waits for Redis would be a rate that is asked there.
  CLIENT_RATE_LIMIT: '1000/10',
  ROOM_RATE_LIMIT: '5/60',
};

const of = (socket: Socket, type: string): AnyFrame[] => socket.frames.filter((frame) => frame.type === type);

describeWithRedis('Redis can be lost at any time', () => {
  let cluster: TestCluster;
  afterEach(() => cluster.stop());

  async function people(): Promise<[Session, Session]> {
    return (await Promise.all(['icu-nurse-1', 'icu-nurse-2'].map((name) => signIn(cluster.node(0), name)))) as [Session, Session];
  }

  /** A call that is raised on one node climbs to the top, and each event reaches a nurse on the other. */
  async function callsArriveAndClimb(reader: Socket, station: string): Promise<void> {
    const raised = await asStation(cluster.node(0), station)('POST', '/calls', { type: 'patient_normal' });
    expect(raised.status).toBeLessThan(300);
    const id = raised.body.id as string;
    await reader.until((frame) => frame.type === 'call.pending' && frame.data.call_id === id, 'the call on the other node');
    await reader.until((frame) => frame.type === 'call.escalated' && frame.data.call_id === id && frame.data.call.level === 3, 'level 3');
    const accepted = await cluster.admin.post(`/calls/${id}/cancel`, { reason: 'end of a test' });
    expect(accepted.status).toBe(200);
    const seqs = reader.events('icu').map((event) => event.seq as number);
    expect(seqs).toEqual(seqs.map((_, index) => seqs[0]! + index));
  }

  async function degraded(): Promise<void> {
    for (const index of cluster.nodes.keys()) {
      const health = await cluster.probe(index, '/healthz');
      expect([health.status, health.body.status, health.body.redis_ok, health.body.db_ok]).toEqual([200, 'degraded', false, true]);
      expect((await cluster.probe(index, '/readyz')).status).toBe(200);
    }
    expect((await cluster.admin.get('/admin/servers')).body).toMatchObject({ degraded: true, items: [{ self: true }] });
    expect((await cluster.admin.post('/admin/gc')).status).toBe(200);
  }

  async function healthy(): Promise<void> {
    await cluster.untilRedis(true);
    for (const index of cluster.nodes.keys()) {
      await eventually(async () => ((await cluster.probe(index, '/healthz')).body.redis_ok === true ? true : undefined), 'redis_ok');
    }
  }

  /** The nodes' state is in Redis again: users, their nodes, and the members of rooms. */
  async function rebuilt(users: number, roomSize: number): Promise<void> {
    await cluster.online(users);
    for (const index of cluster.nodes.keys()) {
      await eventually(async () => ((await cluster.hub(index).room('dept:icu').size()) === roomSize ? true : undefined), 'the room');
      expect((await cluster.hub(index).onlineByServer()).size).toBe(cluster.nodes.length);
    }
  }

  it('killed in the middle and started empty: everything goes on, and the registry is rebuilt from the live connections', async () => {
    cluster = await TestCluster.open(2, SETTINGS);
    const [anna, ben] = await people();
    const [here, there] = [await cluster.socket(0, anna), await cluster.socket(1, ben)];
    for (const socket of [here, there]) {
      await socket.ask({ type: 'subscribe', dept: 'icu' });
      await socket.ask({ type: 'room.join', room: 'dept:icu' });
    }
    await rebuilt(2, 2);
    await cluster.redis.kill();
    await cluster.untilRedis(false);
    await degraded();
    await callsArriveAndClimb(there, 'icu-101-bed');
    // Rooms, direct messages and limits are the node's own meanwhile, and people come and go.
    expect((await here.ask({ type: 'room.push', room: 'dept:icu', data: { n: 1 } })).data).toEqual({ room: 'dept:icu', nodes: 1 });
    expect(await cluster.hub(0).sendToClient(anna.user.id, { n: 2 })).toBe(1);
    expect(await cluster.hub(0).sendToClient(ben.user.id, {})).toBe(0);
    await expect(cluster.hub(0).sendReliable(ben.user.id, {})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    const late = await cluster.socket(1, anna);
    expect((await late.ask({ type: 'room.join', room: 'dept:icu' })).type).toBe('ok');
    there.close();
    await there.untilClosed();
    for (let n = 0; n < 4; n++) await here.ask({ type: 'room.push', room: 'quiet:l', data: {} });
    expect((await here.ask({ type: 'room.push', room: 'quiet:l', data: {} })).type).toBe('ok');
    expect(await here.ask({ type: 'room.push', room: 'quiet:l', data: {} })).toMatchObject({ code: 'RATE_LIMITED' });

    await cluster.redis.start();
    await healthy();
    await rebuilt(1, 1);
    expect(await cluster.hub(0).sendToClient(anna.user.id, { n: 3 })).toBe(2);
    for (const socket of [here, late]) await socket.until((frame) => frame.type === 'direct.message' && frame.data.n === 3);
  });

  it('gone at the start: the nodes start, serve, and become a cluster when it is there', async () => {
    cluster = await TestCluster.open(2, SETTINGS, false);
    await degraded();
    const [anna, ben] = await people();
    const [here, there] = [await cluster.socket(0, anna), await cluster.socket(1, ben)];
    await here.ask({ type: 'room.join', room: 'dept:icu' });
    await there.ask({ type: 'subscribe', dept: 'icu' });
    await callsArriveAndClimb(there, 'icu-102-bed');
    await cluster.redis.start();
    await healthy();
    await rebuilt(2, 1);
    expect(await cluster.hub(0).broadcast({})).toBe(2);
    await there.until((frame) => frame.type === 'broadcast');
  });

  it('hung: nobody waits for it for long, and all is as before when it answers again', async () => {
    cluster = await TestCluster.open(2, SETTINGS);
    const [anna, ben] = await people();
    const there = await cluster.socket(1, ben);
    await there.ask({ type: 'subscribe', dept: 'icu' });
    cluster.redis.pause();
    await cluster.untilRedis(false);
    const here = await cluster.socket(0, anna);
    expect((await here.ask({ type: 'room.join', room: 'dept:icu' })).type).toBe('ok');
    await degraded();
    await callsArriveAndClimb(there, 'icu-103-bed');
    cluster.redis.resume();
    await healthy();
    await rebuilt(2, 1);
    expect(await cluster.hub(1).sendToClient(anna.user.id, { n: 1 })).toBe(1);
    await here.until((frame) => frame.type === 'direct.message');
  });

  it('full: what it refuses to take is kept by the nodes, and written when there is room', async () => {
    cluster = await TestCluster.open(2, SETTINGS);
    const [anna, ben] = await people();
    const there = await cluster.socket(1, ben);
    await there.ask({ type: 'subscribe', dept: 'icu' });
    await cluster.redis.command('CONFIG', 'SET', 'maxmemory', '1');
    const here = await cluster.socket(0, anna);
    expect((await here.ask({ type: 'room.join', room: 'dept:icu' })).type).toBe('ok');
    await cluster.untilRedis(false);
    await degraded();
    await callsArriveAndClimb(there, 'icu-104-bed');
    await cluster.redis.command('CONFIG', 'SET', 'maxmemory', '0');
    await healthy();
    await rebuilt(2, 1);
  });

  it('emptied behind the nodes’ backs: rebuilt within a heartbeat, and never a node without its rows', async () => {
    cluster = await TestCluster.open(2, SETTINGS);
    const [anna, ben] = await people();
    const [here] = [await cluster.socket(0, anna), await cluster.socket(1, ben)];
    await here.ask({ type: 'room.join', room: 'dept:icu' });
    await rebuilt(2, 1);
    for (let times = 0; times < 3; times++) {
      await cluster.redis.command(times === 1 ? 'SCRIPT' : 'FLUSHALL', ...(times === 1 ? ['FLUSH'] : []));
      await rebuilt(2, 1);
      expect(await cluster.hub(1).sendToClient(anna.user.id, { times })).toBe(1);
      await here.until((frame) => frame.type === 'direct.message' && frame.data.times === times);
    }
  });

  it('flapping: nodes neither end nor pile anything up, and settle when it does', async () => {
    cluster = await TestCluster.open(2, SETTINGS);
    const [anna, ben] = await people();
    const [here, there] = [await cluster.socket(0, anna), await cluster.socket(1, ben)];
    await there.ask({ type: 'subscribe', dept: 'icu' });
    await here.ask({ type: 'room.join', room: 'dept:icu' });
    let flapping = true;
    const stillFlapping = () => flapping;
    const flaps = (async () => {
      let times = 0;
      for (; stillFlapping(); times++) {
        await cluster.redis.command('CLIENT', 'KILL', 'TYPE', times % 2 ? 'normal' : 'pubsub').catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, 150));
      }
      return times;
    })();
    for (let n = 0; n < 100; n++) await here.ask({ type: 'room.push', room: n % 2 ? 'dept:icu' : 'quiet:x', data: { n } });
    await callsArriveAndClimb(there, 'icu-105-bed');
    flapping = false;
    expect(await flaps).toBeGreaterThan(3);
    await healthy();
    await rebuilt(2, 1);
    expect(await cluster.hub(1).room('dept:icu').push({ settled: true })).toBe(1);
    await here.until((frame) => frame.type === 'room.message' && frame.data.settled === true);
    expect(of(here, 'error').every((frame) => frame.code === 'RATE_LIMITED')).toBe(true);
  });
});

/** A TCP proxy that a test cuts off. */
class Proxy {
  private readonly open = new Set<net.Socket>();
  private isCut = false;
  private constructor(
    private readonly server: net.Server,
    readonly port: number,
  ) {}

  /** @param databaseUrl a server at a port, or at a Unix socket */
  static async to(databaseUrl: URL): Promise<Proxy> {
    const folder = databaseUrl.searchParams.get('host');
    const port = Number(databaseUrl.port || '5432');
    const behind = folder?.startsWith('/') ? { path: `${folder}/.s.PGSQL.${String(port)}` } : { host: databaseUrl.hostname, port };
    const server = net.createServer((client) => {
      if (proxy.isCut) {
        client.destroy();
        return;
      }
      const upstream = net.connect(behind);
      for (const [one, other] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        proxy.open.add(one);
        one.pipe(other);
        one.on('error', () => other.destroy());
        one.on('close', () => {
          proxy.open.delete(one);
          other.destroy();
        });
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const proxy = new Proxy(server, (server.address() as AddressInfo).port);
    return proxy;
  }

  cut(): void {
    this.isCut = true;
    for (const socket of this.open) socket.destroy();
  }

  mend(): void {
    this.isCut = false;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

describeWithRedis('PostgreSQL can be gone for a while', () => {
  it('sockets stay, commands answer UNAVAILABLE, everything resumes, and nothing acknowledged is lost', async () => {
    let proxy: Proxy | undefined;
    const cluster = await TestCluster.open(2, { POLL_INTERVAL_MS: '100' }, true, async (databaseUrl) => {
      const url = new URL(databaseUrl);
      proxy ??= await Proxy.to(url);
      url.searchParams.delete('host');
      url.host = `127.0.0.1:${String(proxy.port)}`;
      return url.toString();
    });
    try {
      const [anna, ben] = (await Promise.all(['icu-nurse-1', 'icu-nurse-2'].map((name) => signIn(cluster.node(0), name)))) as [
        Session,
        Session,
      ];
      const [here, there] = [await cluster.socket(0, anna), await cluster.socket(1, ben)];
      for (const socket of [here, there]) {
        await socket.ask({ type: 'subscribe', dept: 'icu' });
        await socket.ask({ type: 'room.join', room: 'dept:icu' });
      }
      const before = await asStation(cluster.node(0), 'icu-101-bed')('POST', '/calls', { type: 'patient_normal' });
      await there.until((frame) => frame.type === 'call.pending');
      proxy!.cut();
      const id = '0190aaaa-0000-7000-8000-000000000001';
      const refused = await here.ask({ id, type: 'call.accept', data: { call_id: before.body.id } });
      expect(refused).toMatchObject({ type: 'error', code: 'UNAVAILABLE', retryable: true });
      expect((await asStation(cluster.node(1), 'icu-102-bed')('POST', '/calls', { type: 'patient_normal' })).status).toBe(503);
      // Work without the database goes on.
      expect((await there.ask({ type: 'room.push', room: 'dept:icu', data: { meanwhile: true } })).data).toMatchObject({ nodes: 2 });
      await here.until((frame) => frame.type === 'room.message');
      expect((await cluster.probe(0, '/readyz')).status).toBe(503);
      expect((await cluster.probe(0, '/healthz')).body).toMatchObject({ db_ok: false, redis_ok: true, status: 'degraded' });
      expect((await cluster.probe(0, '/livez')).status).toBe(200);

      proxy!.mend();
      await eventually(async () => ((await cluster.probe(1, '/readyz')).status === 200 ? true : undefined), 'a node that is ready again');
      const again = await eventually(async () => {
        here.frames.length = 0;
        const answer = await here.ask({ id, type: 'call.accept', data: { call_id: before.body.id } });
        return answer.code === 'UNAVAILABLE' ? undefined : answer;
      }, 'the command with the same id');
      expect(again).toMatchObject({ type: 'ok', data: { state: 'accepted', accepted_by: anna.user.id } });
      await there.until((frame) => frame.type === 'call.accepted' && frame.data.call_id === before.body.id);
      expect([here.closed, there.closed]).toEqual([undefined, undefined]);
      const seqs = there.events('icu').map((event) => event.seq as number);
      expect(seqs).toEqual(seqs.map((_, index) => seqs[0]! + index));
    } finally {
      proxy?.mend();
      await cluster.stop();
      await proxy?.close();
    }
  });
});
