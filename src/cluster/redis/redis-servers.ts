import { randomUUID } from 'node:crypto';
import type { Owner } from '../ports/owner-store.js';
import type { Membership } from '../ports/room-store.js';
import { nothingReaped, type ServerHeartbeat, type Reaped, type ServerEntry, type ServerRow, ServerStore } from '../ports/server-store.js';
import type { RedisLink } from './redis-link.js';
import { SCRIPTS } from './scripts.js';

/** Rows removed by one script: Redis does nothing else meanwhile. */
const REAP_BATCH = 500;

export class RedisServers extends ServerStore {
  constructor(
    private readonly link: RedisLink,
    private readonly prefix: string,
    private readonly serverId: string,
  ) {
    super();
  }

  async beat(row: ServerRow): Promise<ServerHeartbeat> {
    const [known, users, members] = (await this.link.script(SCRIPTS.beat, this.serverId, JSON.stringify(row))) as [number, number, number];
    return { known: known === 1, users, members };
  }

  async restore(owners: readonly Owner[], memberships: readonly Membership[]): Promise<void> {
    const rows = [
      ...owners.map(({ userId, connectionId, nonce }) => [userId, connectionId, nonce]),
      ...memberships.map(({ room, userId, connectionId }) => [room, userId, connectionId]),
    ];
    await this.link.script(SCRIPTS.restore, this.serverId, owners.length, ...rows.flat());
  }

  async list(): Promise<ServerEntry[]> {
    const rows = (await this.link.script(SCRIPTS.listServers)) as [string, string, number, number][];
    const entries = rows.map(([serverId, row, age, online]) => ({
      ...(JSON.parse(row) as ServerRow),
      serverId,
      age: Math.max(0, age),
      online,
    }));
    return entries.sort((a, b) => (a.serverId < b.serverId ? -1 : 1));
  }

  async stale(staleMs: number): Promise<string[]> {
    return (await this.link.script(SCRIPTS.staleServers, staleMs)) as string[];
  }

  async reap(serverId: string, staleMs: number | null): Promise<Reaped> {
    const reaped = nothingReaped();
    for (let more = 1; more === 1;) {
      const batch = (await this.link.script(SCRIPTS.reap, serverId, staleMs ?? -1, REAP_BATCH)) as [
        ...[number, number, number, number],
        string[],
        number,
      ];
      const [servers, owners, members, rooms, left] = batch;
      more = batch[5];
      reaped.servers += servers;
      reaped.owners += owners;
      reaped.room_members += members;
      reaped.rooms += rooms;
      for (let i = 0; i < left.length; i += 2) reaped.left.push({ room: left[i] ?? '', userId: left[i + 1] ?? '' });
    }
    return reaped;
  }

  async tryLock(name: string, ttlMs: number): Promise<(() => Promise<void>) | undefined> {
    const token = randomUUID();
    const taken = await this.link.run('SET', `${this.prefix}lock:${name}`, token, 'NX', 'PX', String(ttlMs));
    if (taken === null) return undefined;
    return async () => {
      await this.link.script(SCRIPTS.unlock, name, token);
    };
  }
}
