import type { Clock } from '../../platform/common/clock.js';
import type { Owner } from '../ports/owner-store.js';
import type { Membership } from '../ports/room-store.js';
import { nothingReaped, type ServerHeartbeat, type Reaped, type ServerEntry, type ServerRow, ServerStore } from '../ports/server-store.js';
import type { MemoryWorld } from './memory-world.js';
import { MemoryOwners } from './memory-owners.js';
import { MemoryRooms } from './memory-rooms.js';

export class MemoryServers extends ServerStore {
  constructor(
    private readonly world: MemoryWorld,
    private readonly serverId: string,
    private readonly clock: Clock,
  ) {
    super();
  }

  beat(row: ServerRow): Promise<ServerHeartbeat> {
    const server = this.world.servers.get(this.serverId);
    const known = server?.row !== undefined;
    if (server) {
      server.row = row;
      server.beatAt = this.clock.monotonic();
    }
    return Promise.resolve({ known, users: this.onlineAt(this.serverId), members: this.membersAt(this.serverId) });
  }

  async restore(owners: readonly Owner[], memberships: readonly Membership[]): Promise<void> {
    const [users, rooms] = [new MemoryOwners(this.world, this.serverId), new MemoryRooms(this.world, this.serverId)];
    for (const owner of owners) await users.own(owner, null);
    for (const membership of memberships) await rooms.join(membership, null);
  }

  list(): Promise<ServerEntry[]> {
    const now = this.clock.monotonic();
    const entries = [...this.world.servers].flatMap(([serverId, { row, beatAt }]) =>
      row ? [{ ...row, serverId, age: Math.max(0, now - beatAt), online: this.onlineAt(serverId) }] : [],
    );
    return Promise.resolve(entries.sort((a, b) => (a.serverId < b.serverId ? -1 : 1)));
  }

  async stale(staleMs: number): Promise<string[]> {
    return (await this.list()).filter(({ age }) => age > staleMs).map(({ serverId }) => serverId);
  }

  async reap(serverId: string, staleMs: number | null): Promise<Reaped> {
    const reaped = nothingReaped();
    const server = this.world.servers.get(serverId);
    if (staleMs !== null && server?.row && this.clock.monotonic() - server.beatAt <= staleMs) return reaped;
    if (server?.row) reaped.servers = 1;
    if (server) server.row = undefined;
    const rooms = new MemoryRooms(this.world, serverId);
    const before = this.world.rosters.size;
    for (const [room, members] of [...this.world.rooms]) {
      for (const [connectionId, { userId, serverId: at }] of [...members]) {
        if (at !== serverId) continue;
        reaped.room_members++;
        if (await rooms.leave({ room, userId, connectionId })) reaped.left.push({ room, userId });
      }
    }
    reaped.rooms = before - this.world.rosters.size;
    const owners = new MemoryOwners(this.world, serverId);
    for (const owner of [...owners.all()]) if (await owners.release(owner)) reaped.owners++;
    return reaped;
  }

  tryLock(name: string, ttlMs: number): Promise<(() => Promise<void>) | undefined> {
    const now = this.clock.monotonic();
    if ((this.world.locks.get(name)?.until ?? 0) > now) return Promise.resolve(undefined);
    const token = Symbol(name);
    this.world.locks.set(name, { token, until: now + ttlMs });
    return Promise.resolve(() => {
      if (this.world.locks.get(name)?.token === token) this.world.locks.delete(name);
      return Promise.resolve();
    });
  }

  private onlineAt(serverId: string): number {
    let users = 0;
    for (const userId of this.world.owners.keys()) {
      if ([...this.world.owners.of(userId)].some((owner) => owner.serverId === serverId)) users++;
    }
    return users;
  }

  private membersAt(serverId: string): number {
    let members = 0;
    for (const room of this.world.rooms.values()) for (const member of room.values()) if (member.serverId === serverId) members++;
    return members;
  }
}
