import { CapacityError } from '../ports/backplane-errors.js';
import { type Membership, RoomStore, type RoomMember, type RoomSize, type StorePage, type UserMoves } from '../ports/room-store.js';
import type { MemoryWorld } from './memory-world.js';

/** Everything is done before the first promise: who asks synchronously sees it at once. */
export class MemoryRooms extends RoomStore {
  constructor(
    private readonly world: MemoryWorld,
    private readonly serverId: string,
  ) {
    super();
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- throws as a rejection
  async join({ room, userId, connectionId }: Membership, capacity: number | null): Promise<boolean> {
    return this.put(room, userId, { connectionId, serverId: this.serverId }, capacity) === 'new';
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- throws as a rejection
  async joinUser(room: string, userId: string, capacity: number | null): Promise<UserMoves> {
    const before = this.world.rosters.get(room)?.has(userId) ?? false;
    const connections = [...this.world.owners.of(userId)]
      .map(({ connectionId, serverId }) => ({ connectionId, serverId }))
      .filter((connection) => this.put(room, userId, connection, capacity) !== 'known');
    return { connections, changed: !before && connections.length > 0 };
  }

  leave({ room, connectionId }: Membership): Promise<boolean> {
    return Promise.resolve(this.take(room, connectionId));
  }

  leaveUser(room: string, userId: string): Promise<UserMoves> {
    const connections = [...(this.world.rooms.get(room) ?? [])]
      .filter(([, member]) => member.userId === userId)
      .map(([connectionId, { serverId }]) => ({ connectionId, serverId }));
    for (const { connectionId } of connections) this.take(room, connectionId);
    return Promise.resolve({ connections, changed: connections.length > 0 });
  }

  isMember(room: string, userId: string): Promise<boolean> {
    return Promise.resolve(this.world.rosters.get(room)?.has(userId) ?? false);
  }

  size(room: string): Promise<number> {
    return Promise.resolve(this.world.rosters.get(room)?.size ?? 0);
  }

  members(room: string, cursor: string | null, count: number): Promise<StorePage<RoomMember>> {
    const roster = this.world.rosters.get(room) ?? new Map<string, number>();
    const page = pageOf([...roster.keys()], cursor, count);
    return Promise.resolve({ ...page, items: page.items.map((userId) => ({ userId, connections: roster.get(userId) ?? 0 })) });
  }

  rooms(cursor: string | null, count: number): Promise<StorePage<RoomSize>> {
    const page = pageOf([...this.world.rosters.keys()], cursor, count);
    return Promise.resolve({ ...page, items: page.items.map((room) => ({ room, size: this.world.rosters.get(room)?.size ?? 0 })) });
  }

  /** Every connection in a room, for rebuilding another store. */
  *all(): Iterable<Membership> {
    for (const [room, members] of this.world.rooms) {
      for (const [connectionId, { userId }] of members) yield { room, userId, connectionId };
    }
  }

  /** The connections of this node in a room. */
  *here(room: string): Iterable<string> {
    for (const [connectionId, { serverId }] of this.world.rooms.get(room) ?? []) if (serverId === this.serverId) yield connectionId;
  }

  private put(
    room: string,
    userId: string,
    { connectionId, serverId }: { connectionId: string; serverId: string },
    capacity: number | null,
  ): 'known' | 'more' | 'new' {
    const members = this.world.rooms.get(room) ?? new Map<string, { userId: string; serverId: string }>();
    if (members.has(connectionId)) return 'known';
    const roster = this.world.rosters.get(room) ?? new Map<string, number>();
    const isNew = !roster.has(userId);
    if (isNew && capacity !== null && this.world.members >= capacity) throw new CapacityError('room_members', capacity);
    members.set(connectionId, { userId, serverId });
    roster.set(userId, (roster.get(userId) ?? 0) + 1);
    this.world.rooms.set(room, members);
    this.world.rosters.set(room, roster);
    if (isNew) this.world.members++;
    return isNew ? 'new' : 'more';
  }

  /** @returns whether the user is a member no longer */
  private take(room: string, connectionId: string): boolean {
    const members = this.world.rooms.get(room);
    const roster = this.world.rosters.get(room);
    const member = members?.get(connectionId);
    if (!members || !roster || !member) return false;
    members.delete(connectionId);
    const left = (roster.get(member.userId) ?? 1) - 1;
    if (left > 0) {
      roster.set(member.userId, left);
      return false;
    }
    roster.delete(member.userId);
    this.world.members--;
    if (roster.size === 0) {
      this.world.rosters.delete(room);
      this.world.rooms.delete(room);
    }
    return true;
  }
}

function pageOf(names: string[], cursor: string | null, count: number): StorePage<string> {
  const sorted = names.filter((name) => cursor === null || name > cursor).sort();
  const items = sorted.slice(0, count);
  return { items, cursor: sorted.length > count ? (items.at(-1) ?? null) : null };
}
