import { Inject, Injectable } from '@nestjs/common';
import { DomainError } from '../../platform/common/errors.js';
import { Logger } from '../../platform/logging/logger.js';
import type { ClusterSettings } from '../../platform/config/settings/cluster.settings.js';
import { CLUSTER_SETTINGS } from '../../platform/config/config.module.js';
import type { Backplane } from '../ports/backplane.js';
import { Cluster } from '../node/cluster.js';
import { ClusterMetrics } from '../node/cluster-metrics.js';
import { PresenceRegistry } from './presence-registry.service.js';
import { nothingReaped, type Reaped } from '../ports/server-store.js';

const LOCK = 'sweep';
/** Longer than any sweep; a node that dies in one keeps the others from it for as long. */
const LOCK_MS = 30_000;

/** Rows removed, by kind. */
export type SweptRows = Record<string, number>;

/** A further kind of rows that dead nodes leave, outside the backplane. Removes them and returns their number, by kind. */
type Sweeper = () => Promise<SweptRows>;

/** Removes what dead nodes left. One node at a time; who comes second has nothing to do. */
@Injectable()
export class StaleServerSweep {
  private readonly sweepers: Sweeper[] = [];

  constructor(
    private readonly cluster: Cluster,
    private readonly presenceRegistry: PresenceRegistry,
    private readonly metrics: ClusterMetrics,
    private readonly logger: Logger,
    @Inject(CLUSTER_SETTINGS) private readonly settings: ClusterSettings,
  ) {}

  /** To be called while modules are initialised: what is swept, too, when an administrator asks for it. */
  alsoSweep(sweeper: Sweeper): void {
    this.sweepers.push(sweeper);
  }

  /** @returns rows of what is shared; undefined when another node is sweeping. @throws BackplaneAway */
  async sweepShared(): Promise<Reaped | undefined> {
    const shared = this.cluster.shared ?? this.cluster.local;
    const unlock = await shared.servers.tryLock(LOCK, LOCK_MS);
    if (!unlock) return undefined;
    try {
      return await this.reapStale(shared);
    } finally {
      await unlock();
    }
  }

  /**
   * Everything there is of dead nodes, at once.
   * @throws DomainError UNAVAILABLE when another node is sweeping
   */
  async sweepAll(): Promise<SweptRows> {
    const rows: SweptRows = {};
    for (const sweeper of this.sweepers) Object.assign(rows, await sweeper());
    if (this.cluster.isUp === false) return { ...rows, ...counts(nothingReaped()) };
    const reaped = await this.sweepShared();
    if (!reaped) throw new DomainError('UNAVAILABLE', 'another node is sweeping', { retryAfter: 1 });
    return { ...counts(reaped), ...rows };
  }

  private async reapStale({ servers }: Backplane): Promise<Reaped> {
    const staleMs = this.settings.SERVER_STALE_SEC * 1000;
    const total = nothingReaped();
    for (const serverId of await servers.stale(staleMs)) {
      const reaped = await servers.reap(serverId, staleMs);
      total.servers += reaped.servers;
      total.owners += reaped.owners;
      total.room_members += reaped.room_members;
      total.rooms += reaped.rooms;
      if (reaped.servers > 0) this.logger.warn('server.reaped', { server_id: serverId, ...counts(reaped) });
      for (const left of reaped.left) this.presenceRegistry.swept({ ...left, joined: false });
    }
    const ages = (await servers.list()).map(({ age }) => age / 1000);
    this.metrics.listed(ages, this.settings.SERVER_STALE_SEC);
    this.metrics.swept(total);
    return total;
  }
}

function counts({ left: _, ...rows }: Reaped): SweptRows {
  return rows;
}
