import { Cluster } from '../../../src/cluster/node/cluster.js';
import { RealtimeHub } from '../../../src/rooms/realtime-hub.service.js';
import { RoomAuthorizer } from '../../../src/rooms/room-authorizer.js';
import { request, signIn, Socket, type Answer, type Session } from '../clients/client.js';
import { TestRedis } from './redis.js';
import { WardRooms } from '../ward-rooms.js';
import { startTestWardline, type TestWardline } from '../wardline.js';
import { eventually } from '../eventually.js';

/** Heartbeats and sweeps in a hurry; limits that a test does not ask for are off. */
const QUICK: Record<string, string> = {
  SERVER_HEARTBEAT_SEC: '1',
  SERVER_STALE_SEC: '3600',
  SERVER_GC_INTERVAL_SEC: '3600',
  CLIENT_RATE_LIMIT: '0',
  CONNECT_RATE_LIMIT: '0',
};

/** Several nodes in this process, on one database and one Redis. */
export class TestCluster {
  private readonly sockets: Socket[] = [];

  private constructor(
    readonly redis: TestRedis,
    readonly nodes: TestWardline[],
    readonly admin: Session,
  ) {}

  /**
   * @param redisIsUp false: the nodes start without it
   * @param databaseUrlFor what the nodes reach the database by, when that is not its own address
   */
  static async open(
    count: number,
    env: Record<string, string> = {},
    redisIsUp = true,
    databaseUrlFor?: (url: string) => Promise<string>,
  ): Promise<TestCluster> {
    const redis = await TestRedis.open();
    if (!redisIsUp) await redis.kill();
    const options = {
      env: { ...QUICK, REDIS_URL: redis.url, ...env },
      ...(databaseUrlFor && { databaseUrlFor }),
      roomAuthorizer: { provide: RoomAuthorizer, useClass: WardRooms },
    };
    const first = await startTestWardline(options);
    const nodes = [first];
    while (nodes.length < count) nodes.push(await startTestWardline({ ...options, sharedWith: first }));
    return new TestCluster(redis, nodes, await signIn(first, 'admin'));
  }

  node(index: number): TestWardline {
    const node = this.nodes[index];
    if (!node) throw new Error(`no node ${String(index)}`);
    return node;
  }

  hub(index: number): RealtimeHub {
    return this.node(index).app.get(RealtimeHub);
  }

  async socket(index: number, session: Session): Promise<Socket> {
    const socket = await Socket.open(this.node(index), session.cookie);
    this.sockets.push(socket);
    await socket.until((frame) => frame.type === 'hello', 'hello');
    return socket;
  }

  /** Closes what a test has opened, and waits until the cluster has noticed. */
  async empty(): Promise<void> {
    for (const socket of this.sockets.splice(0)) {
      socket.close();
      await socket.untilClosed();
    }
    await this.online(0);
  }

  /** Waits until that many users are connected, as each node sees it. */
  async online(count: number): Promise<void> {
    for (const index of this.nodes.keys()) {
      await eventually(async () => ((await this.hub(index).onlineCount()) === count ? true : undefined), `${String(count)} users online`);
    }
  }

  /** Waits until all nodes say that Redis is there, or gone. */
  async untilRedis(isUp: boolean): Promise<void> {
    for (const { app } of this.nodes)
      await eventually(() => (app.get(Cluster).isUp === isUp ? true : undefined), `Redis ${isUp ? 'up' : 'away'} at each node`);
  }

  probe(index: number, path: string): Promise<Answer> {
    return request(this.node(index), 'GET', path);
  }

  async stop(): Promise<void> {
    for (const node of [...this.nodes].reverse()) await node.stop();
    await this.redis.stop();
  }
}
