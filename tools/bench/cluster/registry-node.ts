import 'reflect-metadata';
import { Bus } from '../../../src/cluster/bus/bus.service.js';
import { Cluster } from '../../../src/cluster/node/cluster.js';
import { MetricsRegistry } from '../../../src/platform/metrics/metrics-registry.js';
import { ClusterMetrics } from '../../../src/cluster/node/cluster-metrics.js';
import { PresenceRegistry } from '../../../src/cluster/registry/presence-registry.service.js';
import { EnvelopeCodec } from '../../../src/cluster/bus/envelope.js';
import type { Owner } from '../../../src/cluster/ports/owner-store.js';
import { RedisBackplane } from '../../../src/cluster/redis/redis-backplane.js';
import { SystemClock } from '../../../src/platform/common/clock.js';
import { newId } from '../../../src/platform/common/values/ids.js';
import { createLogger } from '../../../src/platform/logging/logger.js';
import { realtimeSettings } from '../../../src/platform/config/settings/realtime.settings.js';
import { quantile } from '../append/statistics.js';
import { inParallel } from '../fleet/connecting.js';
import { answerParent } from '../process/answers.js';
import { PROBE } from '../process/probe.js';

/** Changes under way: enough to keep Redis busy, too few to wait in line for long. */
const AT_ONCE = 64;
const CAPACITY = '10000000';
const FACILITY = 'bench';

export interface Timing {
  readonly calls: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
}

let cluster: Cluster;
let presenceRegistry: PresenceRegistry;
const owners: Owner[] = [];

/** A node's state of its connections and rooms, in itself and in Redis, without the sockets. */
async function open(redisUrl: string): Promise<void> {
  const clock = new SystemClock();
  const logger = await createLogger({ level: 'warn', pretty: false });
  const backplane = new RedisBackplane({ url: redisUrl, serverId: 'bench', facility: FACILITY, logger });
  cluster = new Cluster('bench', backplane, clock);
  const metrics = new ClusterMetrics(new MetricsRegistry());
  const bus = new Bus(cluster, new EnvelopeCodec([], FACILITY), metrics, clock, logger);
  const settings = realtimeSettings.parse({ OWNER_CAPACITY: CAPACITY, ROOM_MEMBERS_CAPACITY: CAPACITY });
  presenceRegistry = new PresenceRegistry(cluster, bus, logger, settings);
  await cluster.onModuleInit();
  if (cluster.isUp !== true) throw new Error('Redis cannot be used');
}

/** Until so many users own a connection each. */
async function own(count: number): Promise<void> {
  await inParallel(count - owners.length, AT_ONCE, async () => {
    owners.push(await presenceRegistry.own(newId(), newId()));
  });
  demandUp();
}

/** Puts every user into a room of so many. */
async function join({ room, size }: { room: string; size: number }): Promise<void> {
  await inParallel(owners.length, AT_ONCE, async (n) => {
    const { userId, connectionId } = owners[n] as Owner;
    await presenceRegistry.join({ room: `${room}-${String(Math.floor(n / size))}`, userId, connectionId });
  });
  demandUp();
}

async function leave({ room, size }: { room: string; size: number }): Promise<void> {
  await inParallel(owners.length, AT_ONCE, async (n) => {
    const { userId, connectionId } = owners[n] as Owner;
    await presenceRegistry.leave({ room: `${room}-${String(Math.floor(n / size))}`, userId, connectionId });
  });
  demandUp();
}

/** State that only the node kept, because Redis was too slow for a moment, is not part of the measurement. */
function demandUp(): void {
  if (presenceRegistry.isSuspect) throw new Error('Redis was away meanwhile');
}

async function timed(count: number, ask: () => Promise<unknown>): Promise<Timing> {
  const times: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const at = performance.now();
    await ask();
    times.push(performance.now() - at);
  }
  return { calls: count, p50_ms: quantile(times, 0.5), p99_ms: quantile(times, 0.99) };
}

/** One after another. */
function countOnline(count: number): Promise<Timing> {
  return timed(count, () => cluster.ask((backplane) => backplane.owners.count()));
}

/** Pages of a room, from its first to its last and again. */
function readPages({ room, page, count }: { room: string; page: number; count: number }): Promise<Timing> {
  let cursor: string | null = null;
  return timed(count, async () => {
    ({ cursor } = await cluster.ask(({ rooms }) => rooms.members(room, cursor, page)));
  });
}

const ANSWERS = { ...PROBE, open, own, join, leave, countOnline, readPages } as const;
export type RegistryAnswers = typeof ANSWERS;

answerParent(ANSWERS);
