import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type AnyFrame, asStation, request, type Session, signIn, Socket } from '../../support/clients/client.js';
import { createTestDatabase, type TestDatabase } from '../../support/servers/database.js';
import { freePort } from '../../support/servers/free-port.js';
import { readLog } from '../../support/clients/person.js';
import { describeWithRedis, TestRedis } from '../../support/servers/redis.js';
import { ProxiedNode } from '../../support/servers/two-nodes.js';
import { type FirstRun, TEST_SECRET, type TestWardline } from '../../support/wardline.js';
import { eventually } from '../../support/eventually.js';

/** Someone at a screen, who comes back at another node with what they have seen. */
class Screen {
  readonly events = new Map<number, AnyFrame>();
  private socket: Socket | undefined;

  constructor(readonly session: Session) {}

  async connect(target: TestWardline): Promise<void> {
    const after = Math.max(0, ...this.events.keys());
    this.socket = await Socket.open(target, this.session.cookie);
    const answer = await this.socket.ask({ type: 'subscribe', dept: 'icu', after });
    if (answer.type !== 'ok' || answer.data.recovered !== true) throw new Error(`not resumed: ${JSON.stringify(answer)}`);
  }

  /** All events so far, of this connection and those before. */
  get seen(): number[] {
    for (const event of this.socket?.events('icu') ?? []) this.events.set(event.seq as number, event);
    return [...this.events.keys()].sort((a, b) => a - b);
  }

  get isConnected(): boolean {
    return this.socket !== undefined && this.socket.closed === undefined;
  }

  async close(): Promise<void> {
    this.socket?.close();
    await this.socket?.untilClosed();
  }
}

describeWithRedis('three nodes as processes, on one database and one Redis', () => {
  let redis: TestRedis;
  let database: TestDatabase;
  let folder: string;
  let nodes: ProxiedNode[];
  let targets: TestWardline[];
  let admin: Session;
  const screens: Screen[] = [];

  beforeAll(async () => {
    redis = await TestRedis.open();
    database = await createTestDatabase();
    folder = mkdtempSync(join(tmpdir(), 'wardline-cluster-'));
    const env = {
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      SESSION_SECRETS: TEST_SECRET,
      REQUIRE_WSS: 'false',
      HOST: '127.0.0.1',
      SEED_DEMO: 'true',
      SUPERVISOR: 'off',
      SHUTDOWN_DRAIN_SEC: '1',
      SERVER_HEARTBEAT_SEC: '1',
      SERVER_STALE_SEC: '6',
      SERVER_GC_INTERVAL_SEC: '1',
      CONNECT_RATE_LIMIT: '0',
      CLIENT_RATE_LIMIT: '0',
      // With any number of events: nobody starts from a snapshot.
      REPLAY_LIMIT: '1000000',
    };
    nodes = [];
    for (let n = 1; n <= 3; n++) nodes.push(new ProxiedNode(`node-${String(n)}`, await freePort(), join(folder, String(n)), env));
    // The first one makes the hospital.
    for (const node of nodes) await node.start();
    const firstRun = JSON.parse(readFileSync(join(folder, '1', 'first-run.json'), 'utf8')) as FirstRun;
    targets = nodes.map((node) => ({ url: `http://${node.address}`, firstRun }) as unknown as TestWardline);
    admin = await signIn(targets[0]!, 'admin');
  });
  afterEach(async () => {
    for (const screen of screens.splice(0)) await screen.close();
  });
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node.end('SIGTERM')));
    rmSync(folder, { recursive: true, force: true });
    await database.drop();
    await redis.stop();
  });

  async function people(count: number): Promise<Screen[]> {
    const names = Array.from({ length: count }, (_, n) => `icu-nurse-${String(n + 1)}`);
    const sessions = await Promise.all(names.map((name) => signIn(targets[0]!, name)));
    const made = sessions.map((session) => new Screen(session));
    screens.push(...made);
    return made;
  }

  /**
   * Presses and takes back, at the named nodes, until it is stopped.
   * @returns ids of calls that were acknowledged
   */
  function load(at: () => TestWardline[]): { stop: () => Promise<string[]> } {
    let running = true;
    const acknowledged: string[] = [];
    const stations = targets[0]!.firstRun.stations.filter(({ dept }) => dept === 'icu').slice(0, 6);
    const work = stations.map(async ({ id }, n) => {
      for (let times = 0; running; times++) {
        const living = at();
        const target = living[(n + times) % living.length];
        if (!target) continue;
        try {
          const press = await asStation(target, id)('POST', '/calls', { type: 'patient_normal' });
          if (press.status < 300) acknowledged.push(press.body.id as string);
          if (press.status < 300) await asStation(target, id)('POST', `/calls/${press.body.id as string}/cancel`, {});
        } catch {
          // the node was killed under the request: nothing was acknowledged
        }
        await sleep(20);
      }
    });
    return {
      stop: async () => {
        running = false;
        await Promise.all(work);
        return acknowledged;
      },
    };
  }

  /** Every screen has what the log has, and what was acknowledged is in the log. */
  async function nothingIsMissing(watching: Screen[], acknowledged: string[]): Promise<void> {
    const log = await readLog(admin, 'icu');
    const head = log.at(-1).seq as number;
    expect(log.map((event) => event.seq)).toEqual(log.map((_, index) => index + 1));
    const raised = new Set(log.filter((event) => event.type === 'call.pending').map((event) => event.data.call_id as string));
    expect(acknowledged.filter((id) => !raised.has(id))).toEqual([]);
    for (const screen of watching) {
      await eventually(() => (screen.seen.at(-1) === head ? true : undefined), `event ${String(head)} at every screen`);
      expect(screen.seen).toEqual(log.map((event) => event.seq));
    }
  }

  const listed = async () => ((await admin.get('/admin/servers')).body.items as AnyFrame[]).filter(({ stale }) => !stale);
  const keysOf = async (serverId: string) =>
    ((await redis.command('KEYS', 'wardline:*')) as string[]).filter((key) => key.includes(`:s:${serverId}:`));

  it('kill -9 of one under load: all of it is reaped, and no screen misses an acknowledged event', async () => {
    const watching = await people(6);
    for (const [n, screen] of watching.entries()) await screen.connect(targets[n % 3]!);
    expect((await listed()).map(({ server_id }) => server_id as string)).toEqual(['node-1', 'node-2', 'node-3']);
    await eventually(async () => ((await keysOf('node-3')).length > 0 ? true : undefined), 'rows of the third node');
    let living = targets;
    const pressing = load(() => living);
    await sleep(1000);
    await nodes[2]!.end('SIGKILL');
    living = targets.slice(0, 2);
    // The screens of that node come back elsewhere.
    await eventually(() => (watching.filter(({ isConnected }) => !isConnected).length === 2 ? true : undefined), 'two lost screens');
    for (const [n, screen] of watching.entries()) if (!screen.isConnected) await screen.connect(targets[n % 2]!);

    await eventually(async () => {
      const servers = (await admin.get('/admin/servers')).body.items as AnyFrame[];
      const rows = await database.query("SELECT FROM nodes WHERE server_id = 'node-3'");
      const connections = await database.query("SELECT FROM staff_connections WHERE server_id = 'node-3'");
      return servers.length === 2 && rows.length === 0 && connections.length === 0 ? true : undefined;
    }, 'the end of the dead node’s rows');
    expect(await keysOf('node-3')).toEqual([]);
    await eventually(async () => {
      const online = (await listed()).reduce((sum, { online: users }) => sum + (users as number), 0);
      return online === watching.length ? true : undefined;
    }, 'exact counts after the sweep');
    await nothingIsMissing(watching, await pressing.stop());
    await nodes[2]!.start();
    await eventually(async () => ((await listed()).length === 3 ? true : undefined), 'the third node again');
  });

  it('Redis killed and started under load: nothing is missing, and the registry is whole again', async () => {
    const watching = await people(3);
    for (const [n, screen] of watching.entries()) await screen.connect(targets[n]!);
    const pressing = load(() => targets);
    await sleep(500);
    await redis.kill();
    await eventually(async () => {
      const health = await Promise.all(targets.map((target) => request(target, 'GET', '/healthz')));
      return health.every(({ status, body }) => status === 200 && body.redis_ok === false) ? true : undefined;
    }, 'degraded nodes');
    await sleep(1000);
    for (const target of targets) expect((await request(target, 'GET', '/readyz')).status).toBe(200);
    await redis.start();
    await eventually(async () => {
      const servers = await listed();
      return servers.length === 3 && servers.every(({ online }) => online === 1) ? true : undefined;
    }, 'the registry, rebuilt from the live connections');
    await nothingIsMissing(watching, await pressing.stop());
  });
});
