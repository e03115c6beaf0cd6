import type { Gauge } from 'prom-client';
import { scrapedGauge } from '../../platform/metrics/metric-providers.js';
import { Cluster } from './cluster.js';

/** A node alone, or with another backplane, has none. */
async function redisOf({ shared }: Cluster) {
  if (shared === null) return undefined;
  const { RedisBackplane } = await import('../redis/redis-backplane.js');
  return shared instanceof RedisBackplane ? shared : undefined;
}

/** Without Redis, or while it does not say, there is no such figure: 0 would be a lie. */
async function show(gauge: Gauge, cluster: Cluster, figure: 'used' | 'limit'): Promise<void> {
  const redis = await redisOf(cluster);
  const bytes = (await redis?.memory())?.[figure];
  if (bytes === undefined) gauge.remove({});
  else gauge.set(bytes);
}

/** The memory of the Redis that the nodes share. */
export const redisMemoryMetrics = [
  scrapedGauge({ name: 'wardline_redis_memory_bytes', help: 'Memory that the shared Redis uses.' }, Cluster, (gauge, cluster) =>
    show(gauge, cluster, 'used'),
  ),
  scrapedGauge(
    {
      name: 'wardline_redis_memory_limit_bytes',
      help: "Memory that the shared Redis may use: its maxmemory, else its machine's memory.",
    },
    Cluster,
    (gauge, cluster) => show(gauge, cluster, 'limit'),
  ),
];
