import { Injectable } from '@nestjs/common';
import { Logger } from '../../platform/logging/logger.js';
import type { Backplane } from '../ports/backplane.js';
import { Cluster } from '../node/cluster.js';
import { ClusterMetrics } from '../node/cluster-metrics.js';
import { PresenceRegistry } from './presence-registry.service.js';
import type { ServerRow } from '../ports/server-store.js';

/** Rows written at once. */
const BATCH = 200;

/**
 * At each heartbeat, compares the shared rows of this node with its own, and writes them again where they differ. They differ
 * after the shared state was lost or away, or when others took this node for dead.
 */
@Injectable()
export class Rebuild {
  constructor(
    private readonly cluster: Cluster,
    private readonly presenceRegistry: PresenceRegistry,
    private readonly metrics: ClusterMetrics,
    private readonly logger: Logger,
  ) {
    metrics.isUp(cluster.isUp ?? true);
    cluster.shared?.onChange((isUp) => {
      metrics.isUp(isUp);
    });
  }

  get connections(): number {
    return this.presenceRegistry.connections;
  }

  /** @throws BackplaneAway */
  async beat(row: ServerRow): Promise<void> {
    const { shared, local } = this.cluster;
    if (!shared) {
      await local.servers.beat(row);
      return;
    }
    // Compared twice: another node's change to this node's rows is known here a moment later.
    if (!this.presenceRegistry.isSuspect && ((await this.isEqual(shared, row)) || (await this.isEqual(shared, row)))) return;
    this.logger.info('server.rows_rebuilt', { server_id: this.cluster.serverId });
    this.metrics.rebuilt();
    this.presenceRegistry.isSuspect = false;
    try {
      await shared.servers.reap(this.cluster.serverId, null);
      await shared.servers.beat(row);
      await this.restore(shared);
    } catch (error) {
      this.presenceRegistry.isSuspect = true;
      throw error;
    }
  }

  /** Removes what is shared of this node. @throws BackplaneAway */
  async leave(): Promise<void> {
    const { shared, serverId } = this.cluster;
    if (!shared) return;
    const { left } = await shared.servers.reap(serverId, null);
    for (const one of left) this.presenceRegistry.swept({ ...one, joined: false });
  }

  private async isEqual(shared: Backplane, row: ServerRow): Promise<boolean> {
    // Both are counted before any other command is sent: a command under way counts in both.
    const pulse = shared.servers.beat(row);
    const own = await this.cluster.local.servers.beat(row);
    const theirs = await pulse;
    return theirs.users === own.users && theirs.members === own.members;
  }

  /** Reading and sending happen in one turn. A user who leaves meanwhile is not in it, or is removed after it. */
  private async restore(shared: Backplane): Promise<void> {
    const owners = this.cluster.local.owners.all()[Symbol.iterator]();
    for (let batch = take(owners, BATCH); batch.length > 0; batch = take(owners, BATCH)) await shared.servers.restore(batch, []);
    const members = this.cluster.local.rooms.all()[Symbol.iterator]();
    for (let batch = take(members, BATCH); batch.length > 0; batch = take(members, BATCH)) await shared.servers.restore([], batch);
  }
}

function take<T>(from: Iterator<T>, count: number): T[] {
  const taken: T[] = [];
  while (taken.length < count) {
    const next = from.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
  return taken;
}
