import { CapacityError } from '../ports/backplane-errors.js';
import { type Owner, OwnerStore } from '../ports/owner-store.js';
import type { RedisLink } from './redis-link.js';
import { SCRIPTS } from './scripts.js';

export class RedisOwners extends OwnerStore {
  constructor(
    private readonly link: RedisLink,
    private readonly prefix: string,
    private readonly serverId: string,
  ) {
    super();
  }

  async own({ userId, connectionId, nonce }: Owner, capacity: number | null): Promise<void> {
    const done = await this.link.script(SCRIPTS.own, userId, connectionId, this.serverId, nonce, capacity ?? -1);
    if (done === -1) throw new CapacityError('owners', capacity ?? 0);
  }

  async release({ userId, connectionId, nonce }: Owner): Promise<boolean> {
    return (await this.link.script(SCRIPTS.release, userId, connectionId, this.serverId, nonce)) === 1;
  }

  async connectionsOf(userId: string): Promise<{ serverId: string; connectionId: string }[]> {
    const held = (await this.link.script(SCRIPTS.connectionsOf, userId)) as string[];
    const connections = [];
    for (let i = 0; i < held.length; i += 2)
      connections.push({ connectionId: held[i] ?? '', serverId: held[i + 1]?.split(' ', 1)[0] ?? '' });
    return connections;
  }

  async count(): Promise<number> {
    return (await this.link.run('SCARD', `${this.prefix}online`)) as number;
  }
}
