import { CapacityError } from '../backplane-errors.js';
import { type Owner, OwnerStore } from '../owner-store.js';
import type { MemoryWorld } from './memory-world.js';

/** Everything is done before the first promise: who asks synchronously sees it at once. */
export class MemoryOwners extends OwnerStore {
  constructor(
    private readonly world: MemoryWorld,
    private readonly serverId: string,
  ) {
    super();
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- throws as a rejection
  async own({ userId, connectionId, nonce }: Owner, capacity: number | null): Promise<void> {
    const connections = this.world.owners.get(userId) ?? new Map<string, { serverId: string; nonce: string }>();
    if (connections.size === 0 && capacity !== null && this.world.owners.size >= capacity) throw new CapacityError('owners', capacity);
    connections.set(connectionId, { serverId: this.serverId, nonce });
    this.world.owners.set(userId, connections);
  }

  release({ userId, connectionId, nonce }: Owner): Promise<boolean> {
    const connections = this.world.owners.get(userId);
    const held = connections?.get(connectionId);
    if (!connections || held?.serverId !== this.serverId || held.nonce !== nonce) return Promise.resolve(false);
    connections.delete(connectionId);
    if (connections.size === 0) this.world.owners.delete(userId);
    return Promise.resolve(true);
  }

  connectionsOf(userId: string): Promise<{ serverId: string; connectionId: string }[]> {
    const connections = this.world.owners.get(userId) ?? new Map<string, { serverId: string }>();
    return Promise.resolve([...connections].map(([connectionId, { serverId }]) => ({ serverId, connectionId })));
  }

  count(): Promise<number> {
    return Promise.resolve(this.world.owners.size);
  }

  has(userId: string): boolean {
    return this.world.owners.has(userId);
  }

  /** Every connection that is owned, for rebuilding another store. */
  *all(): Iterable<Owner> {
    for (const [userId, connections] of this.world.owners) {
      for (const [connectionId, { nonce }] of connections) yield { userId, connectionId, nonce };
    }
  }

  /** The connections of a user on this node. */
  *here(userId: string): Iterable<string> {
    for (const [connectionId, { serverId }] of this.world.owners.get(userId) ?? []) if (serverId === this.serverId) yield connectionId;
  }
}
