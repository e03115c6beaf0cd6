import { CapacityError } from '../ports/backplane-errors.js';
import { type Owner, OwnerStore } from '../ports/owner-store.js';
import type { MemoryOwner, MemoryWorld } from './memory-world.js';

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
    const { owners } = this.world;
    if (!this.has(userId) && capacity !== null && owners.size >= capacity) throw new CapacityError('owners', capacity);
    const before = this.find(userId, connectionId);
    owners.add(userId, { connectionId, serverId: this.serverId, nonce });
    if (before) owners.delete(userId, before);
  }

  release({ userId, connectionId, nonce }: Owner): Promise<boolean> {
    const held = this.find(userId, connectionId);
    if (held?.serverId !== this.serverId || held.nonce !== nonce) return Promise.resolve(false);
    this.world.owners.delete(userId, held);
    return Promise.resolve(true);
  }

  connectionsOf(userId: string): Promise<{ serverId: string; connectionId: string }[]> {
    return Promise.resolve([...this.world.owners.of(userId)].map(({ serverId, connectionId }) => ({ serverId, connectionId })));
  }

  count(): Promise<number> {
    return Promise.resolve(this.world.owners.size);
  }

  has(userId: string): boolean {
    return this.world.owners.count(userId) > 0;
  }

  /** Every connection that is owned, for rebuilding another store. */
  *all(): Iterable<Owner> {
    for (const userId of this.world.owners.keys()) {
      for (const { connectionId, nonce } of this.world.owners.of(userId)) yield { userId, connectionId, nonce };
    }
  }

  /** The connections of a user on this node. */
  *here(userId: string): Iterable<string> {
    for (const { connectionId, serverId } of this.world.owners.of(userId)) if (serverId === this.serverId) yield connectionId;
  }

  private find(userId: string, connectionId: string): MemoryOwner | undefined {
    for (const owner of this.world.owners.of(userId)) if (owner.connectionId === connectionId) return owner;
    return undefined;
  }
}
