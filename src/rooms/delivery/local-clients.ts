import { Injectable } from '@nestjs/common';
import { Cluster } from '../../cluster/node/cluster.js';
import type { SharedFrame } from '../../realtime/connection/shared-frame.js';
import { SocketStats } from '../../realtime/statistics/socket-stats.service.js';

/** One connection of this node, as far as messages go. */
export interface Client {
  readonly id: string;
  readonly isOpen: boolean;
  /** @returns whether it was taken: who is slow does not get what may be lost */
  offer(frame: SharedFrame): boolean;
}

/** Hands messages to the connections of this node. */
@Injectable()
export class LocalClients {
  private readonly byId = new Map<string, Client>();

  constructor(
    private readonly cluster: Cluster,
    private readonly counters: SocketStats,
  ) {}

  get size(): number {
    return this.byId.size;
  }

  has(id: string): boolean {
    return this.byId.has(id);
  }

  add(client: Client): void {
    this.byId.set(client.id, client);
  }

  remove(id: string): void {
    this.byId.delete(id);
  }

  /** All connections of the user here. @returns how many took it */
  offerToUser(userId: string, frame: SharedFrame): number {
    return this.offer(this.cluster.local.owners.here(userId), frame);
  }

  /** All connections here that are in the room. */
  offerToRoom(room: string, frame: SharedFrame): number {
    return this.offer(this.cluster.local.rooms.here(room), frame);
  }

  offerToAll(frame: SharedFrame): number {
    return this.offer(this.byId.keys(), frame);
  }

  private offer(ids: Iterable<string>, frame: SharedFrame): number {
    let taken = 0;
    for (const id of ids) {
      const client = this.byId.get(id);
      if (!client) continue; // owned, and its handshake not over
      this.counters.increment('pushes_total');
      if (!client.isOpen) this.counters.increment('pushes_to_dead_fd_total');
      else if (client.offer(frame)) taken++;
      else this.counters.increment('pushes_dropped_slow_consumer');
    }
    return taken;
  }
}
