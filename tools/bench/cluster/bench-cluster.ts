import { OwnRedis } from '../process/own-redis.js';
import type { Bench, Outcome } from '../pipe/bench.js';
import { WardlineServer } from '../pipe/ward/wardline-server.js';
import { RedisStatistics } from './redis-statistics.js';

/** The counting readers answer no pings. */
const PATIENT = { HEARTBEAT_IDLE_SEC: '86400' };

/** The outcome in the place of figures when no redis-server is installed. */
export function withoutRedis(title: string): Outcome | undefined {
  if (OwnRedis.isPossible()) return undefined;
  return { title, lines: ['NOT MEASURED: no redis-server is installed'], settings: {}, result: null, goals: [] };
}

/** A Redis of the bench's own, gone with it, and what it says of itself. */
export async function startRedis({ atEnd }: Bench): Promise<{ redis: OwnRedis; statistics: RedisStatistics }> {
  const redis = await OwnRedis.start();
  atEnd(() => redis.kill());
  const statistics = await RedisStatistics.connect(redis.url);
  atEnd(() => {
    statistics.close();
    return Promise.resolve();
  });
  return { redis, statistics };
}

/** Several Wardlines on the bench's database and one Redis, each a process as in a hospital. */
export class BenchCluster {
  private stopping: Promise<void> | undefined;

  private constructor(readonly nodes: readonly WardlineServer[]) {}

  static async start({ database, tls, atEnd }: Bench, redis: OwnRedis, count: number): Promise<BenchCluster> {
    const nodes: WardlineServer[] = [];
    const cluster = new BenchCluster(nodes);
    atEnd(() => cluster.stop());
    for (let n = 1; n <= count; n += 1) {
      const env = { ...PATIENT, REDIS_URL: redis.url, SERVER_ID: `node-${String(n)}` };
      nodes.push(await WardlineServer.start({ databaseUrl: database.url, tls, env }));
    }
    return cluster;
  }

  get settings(): Readonly<Record<string, string>> {
    return this.nodes[0]?.settings ?? {};
  }

  /** Microseconds of CPU of all nodes since their start. */
  async cpuUs(): Promise<number> {
    const used = await Promise.all(this.nodes.map(({ child }) => child.ask('usage')));
    return used.reduce((sum, { cpu_us }) => sum + cpu_us, 0);
  }

  /** Wake-ups that nodes heard of other nodes. */
  async wakeUpsHeard(): Promise<number> {
    const counts = await Promise.all(this.nodes.map(heardBy));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** Idempotent: at the end of a round, and of the bench. */
  stop(): Promise<void> {
    return (this.stopping ??= Promise.all(this.nodes.map((node) => node.stop())).then(() => undefined));
  }
}

async function heardBy({ port }: WardlineServer): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${String(port)}/metrics`)).text();
  const line = text
    .split('\n')
    .find((one) => one.startsWith('wardline_bus_messages_total{') && /"in".*"wake_up"|"wake_up".*"in"/.test(one));
  return Number(line?.split(' ').at(-1) ?? 0);
}
