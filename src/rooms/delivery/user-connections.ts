import { Injectable } from '@nestjs/common';
import { CapacityError } from '../../cluster/ports/backplane-errors.js';
import { requireName } from '../../cluster/ports/names.js';
import type { Owner } from '../../cluster/ports/owner-store.js';
import { PresenceRegistry } from '../../cluster/registry/presence-registry.service.js';
import { SocketStats } from '../../realtime/statistics/socket-stats.service.js';
import { type Client, LocalClients } from './local-clients.js';
import { Messages } from './messages.service.js';

/** The connections of users on this node: each has a place in the cluster, and gets its user's messages. */
@Injectable()
export class UserConnections {
  constructor(
    private readonly presenceRegistry: PresenceRegistry,
    private readonly clients: LocalClients,
    private readonly messages: Messages,
    private readonly counters: SocketStats,
  ) {}

  get size(): number {
    return this.clients.size;
  }

  /** @throws CapacityError */
  async claim(userId: string, connectionId: string): Promise<Owner> {
    requireName('user', userId);
    requireName('connection', connectionId);
    try {
      const owner = await this.presenceRegistry.own(userId, connectionId);
      this.counters.increment('owns_total');
      return owner;
    } catch (error) {
      if (error instanceof CapacityError) this.counters.increment('capacity_exceeded_owner_total');
      throw error;
    }
  }

  attach({ userId }: Owner, client: Client): void {
    this.clients.add(client);
    this.messages.readFor(userId);
  }

  async release(owner: Owner): Promise<boolean> {
    const isReleased = this.presenceRegistry.release(owner);
    if (!this.presenceRegistry.isOwned(owner.connectionId)) this.clients.remove(owner.connectionId);
    if (!this.presenceRegistry.isHere(owner.userId)) this.messages.stopReadingFor(owner.userId);
    if (await isReleased) this.counters.increment('releases_total');
    return isReleased;
  }

  hasPlaceFor(userId: string): Promise<boolean> {
    return this.presenceRegistry.hasPlaceFor(userId);
  }
}
