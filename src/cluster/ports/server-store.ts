import type { ServerStateName } from '../../platform/common/server-state.js';
import type { Owner } from './owner-store.js';
import type { Membership } from './room-store.js';

/** The fields that a node writes with each heartbeat. */
export interface ServerRow {
  state: ServerStateName;
  version: string;
  /** Milliseconds since 1970. */
  startedAt: number;
  connections: number;
}

/** A node as the cluster knows it. */
export interface ServerEntry extends ServerRow {
  serverId: string;
  /** Milliseconds since its last heartbeat, by the store's clock. */
  age: number;
  /** Users with a connection there. */
  online: number;
}

/** The store's rows of the node at its heartbeat: the node compares them with its own. */
export interface ServerHeartbeat {
  /** False when the node was taken for dead, or the store has lost its memory. */
  known: boolean;
  /** Users with a connection on the node. */
  users: number;
  /** Connections of the node in rooms, counted once a room. */
  members: number;
}

/** The rows that were removed with a node, by kind. */
export interface Reaped {
  servers: number;
  /** Connections. */
  owners: number;
  /** Connections in rooms, counted once a room. */
  room_members: number;
  /** Rooms that are empty now. */
  rooms: number;
  /** Users who are no longer in a room. */
  left: { room: string; userId: string }[];
}

/** The nodes, and what is swept when one of them is dead. Every method rejects with BackplaneAway when the store cannot be reached. */
export abstract class ServerStore {
  abstract beat(row: ServerRow): Promise<ServerHeartbeat>;

  /** Writes down what this node has, without asking for room: who is connected is never turned away. A batch, atomic; may be repeated. */
  abstract restore(owners: readonly Owner[], memberships: readonly Membership[]): Promise<void>;

  /** By id. */
  abstract list(): Promise<ServerEntry[]>;

  /** Nodes whose last heartbeat is longer ago than that. */
  abstract stale(staleMs: number): Promise<string[]>;

  /**
   * Removes a node with all it left: its row, owners, room members, per-room sets, and what is counted of them. In batches, each of them atomic.
   * @param staleMs stops when the node's last heartbeat is not longer ago than that; `null` asks nothing
   */
  abstract reap(serverId: string, staleMs: number | null): Promise<Reaped>;

  /**
   * One holder in the cluster at a time, until it is given back or `ttlMs` have passed.
   * @returns how to give it back; undefined when another one holds it
   */
  abstract tryLock(name: string, ttlMs: number): Promise<(() => Promise<void>) | undefined>;
}

export function nothingReaped(): Reaped {
  return { servers: 0, owners: 0, room_members: 0, rooms: 0, left: [] };
}
