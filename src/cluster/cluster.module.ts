import { Global, Module } from '@nestjs/common';
import { Clock } from '../platform/common/clock.js';
import { Logger } from '../platform/logging/logger.js';
import type { ClusterSettings } from '../platform/config/cluster.settings.js';
import { CLUSTER_SETTINGS } from '../platform/config/config.module.js';
import { Database } from '../platform/database/database.js';
import { SlidingWindows } from '../platform/limits/sliding-windows.js';
import { Bus } from './bus/bus.service.js';
import { Cluster } from './node/cluster.js';
import { ClusterMetrics, clusterMetricProviders } from './node/cluster-metrics.js';
import { ClusterSlidingWindows } from './registry/cluster-sliding-windows.js';
import { DepartmentWakeUps } from './bus/department-wake-ups.js';
import { Directory } from './registry/directory.service.js';
import { EnvelopeCodec } from './bus/envelope.js';
import { facilityKey } from './node/facility-key.js';
import { Inquiries } from './bus/inquiries.service.js';
import { Rebuild } from './registry/rebuild.js';
import { RedisBackplane } from './redis/redis-backplane.js';
import { ReliableMessages } from './bus/reliable-messages.service.js';
import { makeServerId, SERVER_ID } from './node/server-id.js';
import { ServerRegistry } from './registry/server-registry.js';
import { SessionNews } from './bus/session-news.js';
import { SharedWindows } from './registry/shared-windows.service.js';
import { StaleServerGc } from './registry/stale-server-gc.js';
import { StaleServerSweep } from './registry/stale-server-sweep.service.js';

const FACILITY = Symbol('facility key');
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

const providers = [
  { provide: SERVER_ID, useFactory: (settings: ClusterSettings) => settings.SERVER_ID ?? makeServerId(), inject: [CLUSTER_SETTINGS] },
  {
    provide: FACILITY,
    useFactory: ({ REDIS_URL }: ClusterSettings, database: Database) => (REDIS_URL === undefined ? '' : facilityKey(database, REDIS_URL)),
    inject: [CLUSTER_SETTINGS, Database],
  },
  {
    provide: EnvelopeCodec,
    useFactory: (settings: ClusterSettings, facility: string) => new EnvelopeCodec(settings.CHANNEL_HMAC_SECRETS, facility),
    inject: [CLUSTER_SETTINGS, FACILITY],
  },
  {
    provide: Cluster,
    useFactory: (
      { REDIS_URL, CHANNEL_HMAC_SECRETS }: ClusterSettings,
      serverId: string,
      facility: string,
      clock: Clock,
      logger: Logger,
    ) => {
      if (REDIS_URL === undefined) return new Cluster(serverId, null, clock);
      if (CHANNEL_HMAC_SECRETS.length === 0 && !LOOPBACK.test(new URL(REDIS_URL).hostname)) logger.warn('redis.unsigned_and_remote');
      return new Cluster(serverId, new RedisBackplane({ url: REDIS_URL, serverId, facility, logger }), clock);
    },
    inject: [CLUSTER_SETTINGS, SERVER_ID, FACILITY, Clock, Logger],
  },
];
const windows = { provide: SlidingWindows, useClass: ClusterSlidingWindows };
const shown = [Bus, Directory, Inquiries, ServerRegistry, StaleServerSweep, SharedWindows, ReliableMessages];

/** What nodes know of each other and tell each other. Knows nothing of sockets. */
@Global()
@Module({
  providers: [
    ...providers,
    ...clusterMetricProviders,
    ...shown,
    windows,
    ClusterMetrics,
    Rebuild,
    StaleServerGc,
    DepartmentWakeUps,
    SessionNews,
  ],
  exports: [SERVER_ID, Cluster, SlidingWindows, ...shown],
})
export class ClusterModule {}
