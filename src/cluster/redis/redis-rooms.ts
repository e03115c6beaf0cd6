import { CapacityError } from '../ports/backplane-errors.js';
import { type Membership, RoomStore, type RoomMember, type RoomSize, type StorePage, type UserMoves } from '../ports/room-store.js';
import type { RedisLink } from './redis-link.js';
import { SCRIPTS } from './scripts.js';

const FULL = -1;
/** In the scripts' answers: the user has become a member, or is no longer one. */
const CHANGED = 2;

export class RedisRooms extends RoomStore {
  constructor(
    private readonly link: RedisLink,
    private readonly prefix: string,
    private readonly serverId: string,
  ) {
    super();
  }

  async join({ room, userId, connectionId }: Membership, capacity: number | null): Promise<boolean> {
    const done = await this.link.script(SCRIPTS.join, room, userId, this.serverId, connectionId, capacity ?? -1);
    if (done === FULL) throw new CapacityError('room_members', capacity ?? 0);
    return done === CHANGED;
  }

  async joinUser(room: string, userId: string, capacity: number | null): Promise<UserMoves> {
    const done = await this.link.script(SCRIPTS.joinUser, room, userId, capacity ?? -1);
    if (done === FULL) throw new CapacityError('room_members', capacity ?? 0);
    return toMoves(done as [number, string[]]);
  }

  async leave({ room, connectionId }: Membership): Promise<boolean> {
    return ((await this.link.script(SCRIPTS.leave, room, this.serverId, connectionId)) as number) >= CHANGED;
  }

  async leaveUser(room: string, userId: string): Promise<UserMoves> {
    return toMoves((await this.link.script(SCRIPTS.leaveUser, room, userId)) as [number, string[]]);
  }

  async isMember(room: string, userId: string): Promise<boolean> {
    return (await this.link.run('HEXISTS', `${this.prefix}r:${room}:u`, userId)) === 1;
  }

  async size(room: string): Promise<number> {
    return (await this.link.run('ZCARD', `${this.prefix}r:${room}:z`)) as number;
  }

  async members(room: string, cursor: string | null, count: number): Promise<StorePage<RoomMember>> {
    const rows = (await this.link.script(SCRIPTS.members, room, after(cursor), count + 1)) as [string, string][];
    return toPage(rows, count, ([userId, connections]) => ({ userId, connections: Number(connections) }));
  }

  async rooms(cursor: string | null, count: number): Promise<StorePage<RoomSize>> {
    const rows = (await this.link.script(SCRIPTS.rooms, after(cursor), count + 1)) as [string, number][];
    return toPage(rows, count, ([room, size]) => ({ room, size }));
  }
}

/** The start of a lexical range. */
function after(cursor: string | null): string {
  return cursor === null ? '-' : `(${cursor}`;
}

/** @param rows one too many says that there is a further page */
function toPage<R extends [string, unknown], T>(rows: R[], count: number, toItem: (row: R) => T): StorePage<T> {
  const page = rows.slice(0, count);
  return { items: page.map(toItem), cursor: rows.length > count ? (page.at(-1)?.[0] ?? null) : null };
}

function toMoves([changed, flat]: [number, string[]]): UserMoves {
  const connections = [];
  for (let i = 0; i < flat.length; i += 2) connections.push({ serverId: flat[i] ?? '', connectionId: flat[i + 1] ?? '' });
  return { connections, changed: changed === 1 };
}
