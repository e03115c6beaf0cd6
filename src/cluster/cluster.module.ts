import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { Clock } from '../platform/common/clock.js';
import { type Implementation, provideAs } from '../platform/extensions/implementation.js';
import { Logger } from '../platform/logging/logger.js';
import type { ClusterSettings } from '../platform/config/settings/cluster.settings.js';
import { CLUSTER_SETTINGS } from '../platform/config/config.module.js';
import { Database } from '../platform/database/database.js';
import { SlidingWindows } from '../platform/limits/sliding-windows.js';
import { Bus } from './bus/bus.service.js';
import { Cluster } from './node/cluster.js';
import { redisMemoryMetrics } from './node/redis-memory.js';
import type { Backplane } from './ports/backplane.js';
import { GuardedBackplane } from './ports/guarded-backplane.js';
import { ExtensionGuard } from '../platform/extensions/extension-guard.js';
import { ClusterMetrics } from './node/cluster-metrics.js';
import { ClusterSlidingWindows } from './registry/cluster-sliding-windows.js';
import { LogNotifierRelay } from './bus/log-notifier-relay.js';
import { PresenceRegistry } from './registry/presence-registry.service.js';
import { EnvelopeCodec } from './bus/envelope.js';
import { facilityKey } from './node/facility-key.js';
import { ClusterRpc } from './bus/cluster-rpc.service.js';
import { Rebuild } from './registry/rebuild.js';
import { ReliableMessages } from './bus/reliable-messages.service.js';
import { makeServerId, SERVER_ID } from './node/server-id.js';
import { ServerRegistry } from './registry/server-registry.js';
import { SessionNews } from './bus/session-news.js';
import { SharedWindows } from './registry/shared-windows.service.js';
import { StaleServerGc } from './registry/stale-server-gc.js';
import { StaleServerSweep } from './registry/stale-server-sweep.service.js';

const FACILITY = Symbol('facility key');
/** The backplane that the nodes share; null for a single node. */
const SHARED = Symbol('shared backplane');
const OWN_BACKPLANE = Symbol("a hospital's own backplane");
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
    useFactory: (serverId: string, shared: Backplane | null, clock: Clock) => new Cluster(serverId, shared, clock),
    inject: [SERVER_ID, SHARED, Clock],
  },
];
const redisIfNamed: Provider = {
  provide: SHARED,
  useFactory: async ({ REDIS_URL, CHANNEL_HMAC_SECRETS }: ClusterSettings, serverId: string, facility: string, logger: Logger) => {
    if (REDIS_URL === undefined) return null;
    if (CHANNEL_HMAC_SECRETS.length === 0 && !LOOPBACK.test(new URL(REDIS_URL).hostname)) logger.warn('redis.unsigned_and_remote');
    // A node alone does not load the client of Redis.
    const { RedisBackplane } = await import('./redis/redis-backplane.js');
    return new RedisBackplane({ url: REDIS_URL, serverId, facility, logger });
  },
  inject: [CLUSTER_SETTINGS, SERVER_ID, FACILITY, Logger],
};
const guardedOwn: Provider = {
  provide: SHARED,
  useFactory: (own: Backplane, guard: ExtensionGuard) => new GuardedBackplane(own, guard),
  inject: [OWN_BACKPLANE, ExtensionGuard],
};
const windows = { provide: SlidingWindows, useClass: ClusterSlidingWindows };
const shown = [Bus, PresenceRegistry, ClusterRpc, ServerRegistry, StaleServerSweep, SharedWindows, ReliableMessages];

/** Nodes' knowledge of each other, and their messages. Knows nothing of sockets. */
@Module({})
export class ClusterModule {
  static with(backplane?: Implementation<Backplane>): DynamicModule {
    return {
      module: ClusterModule,
      global: true,
      providers: [
        ...(backplane ? [provideAs(OWN_BACKPLANE, backplane), guardedOwn] : [redisIfNamed]),
        ...providers,
        ...shown,
        windows,
        ClusterMetrics,
        ...redisMemoryMetrics,
        Rebuild,
        StaleServerGc,
        LogNotifierRelay,
        SessionNews,
      ],
      exports: [SERVER_ID, Cluster, SlidingWindows, ...shown],
    };
  }
}
