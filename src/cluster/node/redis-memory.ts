import type { Gauge } from 'prom-client';
import { scrapedGauge } from '../../platform/metrics/metric-providers.js';
import { RedisBackplane } from '../redis/redis-backplane.js';
import { Cluster } from './cluster.js';

/** Without Redis, or while it does not say, there is no such figure: 0 would be a lie. */
async function show(gauge: Gauge, { shared }: Cluster, figure: 'used' | 'limit'): Promise<void> {
  const bytes = shared instanceof RedisBackplane ? (await shared.memory())?.[figure] : undefined;
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
