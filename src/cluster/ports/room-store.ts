/** A connection of this node in a room. */
export interface Membership {
  room: string;
  userId: string;
  connectionId: string;
}

/** One line of a roster. */
export interface RoomMember {
  userId: string;
  /** How many of the user's connections are in the room. */
  connections: number;
}

/** A room with its members, counted. */
export interface RoomSize {
  room: string;
  /** Users. */
  size: number;
}

/** `cursor`: the last of the page before; `null` for the first page, and where there is no further one. */
export interface StorePage<T> {
  items: T[];
  cursor: string | null;
}

/**
 * The members of rooms. Members are users; a user is a member while one of their connections is in the room. Every method
 * rejects with BackplaneAway when the store cannot be reached.
 */
export abstract class RoomStore {
  /**
   * Puts a connection of this node into a room. Atomic with the check of `capacity`.
   * @param capacity members of all rooms of the cluster; `null` for no limit
   * @returns whether the user was not a member before
   * @throws CapacityError; then nothing was changed
   */
  abstract join(membership: Membership, capacity: number | null): Promise<boolean>;

  /**
   * Puts all connections of a user into a room, wherever they are.
   * @returns the connections that were not in it, and whether the user was not a member before; no connections when the user has none
   */
  abstract joinUser(room: string, userId: string, capacity: number | null): Promise<UserMoves>;

  /** Takes a connection of this node out of a room. @returns whether the user is a member no longer */
  abstract leave(membership: Membership): Promise<boolean>;

  /** Takes all connections of a user out of a room, wherever they are. */
  abstract leaveUser(room: string, userId: string): Promise<UserMoves>;

  abstract isMember(room: string, userId: string): Promise<boolean>;

  /** Users in the room. The cost does not grow with them. */
  abstract size(room: string): Promise<number>;

  /** In the order of the users' ids, which holds while people come and go. */
  abstract members(room: string, cursor: string | null, count: number): Promise<StorePage<RoomMember>>;

  /** Rooms with a member, by name. */
  abstract rooms(cursor: string | null, count: number): Promise<StorePage<RoomSize>>;
}

/** The result of moving a user's connections. */
export interface UserMoves {
  connections: { serverId: string; connectionId: string }[];
  /** The user is a member now and was none before, or the other way round. */
  changed: boolean;
}
