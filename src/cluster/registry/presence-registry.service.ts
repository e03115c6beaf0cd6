import { Inject, Injectable } from '@nestjs/common';
import { notFound } from '../../platform/common/errors.js';
import { newId } from '../../platform/common/values/ids.js';
import { Logger } from '../../platform/logging/logger.js';
import { SetIndex } from '../../platform/common/collections/set-index.js';
import { REALTIME_SETTINGS } from '../../platform/config/config.module.js';
import type { RealtimeSettings } from '../../platform/config/settings/realtime.settings.js';
import type { Backplane } from '../ports/backplane.js';
import { BackplaneAway, CapacityError } from '../ports/backplane-errors.js';
import { Bus } from '../bus/bus.service.js';
import { Cluster } from '../node/cluster.js';
import type { Owner } from '../ports/owner-store.js';
import type { Membership, UserMoves } from '../ports/room-store.js';

declare module '../bus/bus-messages.js' {
  interface BusMessages {
    /** Another node has put connections of this node into a room, or taken them out. */
    'room.moved': { room: string; userId: string; connections: string[]; joined: boolean };
  }
}

/** A user became a member of a room, or is none any more. */
export interface RosterChange {
  room: string;
  userId: string;
  joined: boolean;
}

/** Rooms of one connection. */
const MAX_ROOMS = 100;

type RosterListener = (change: RosterChange) => void;

/**
 * The users who are connected here, and their rooms: kept on this node and written to the cluster. After a failed write the
 * node's rows are suspect, and they are written again.
 */
@Injectable()
export class PresenceRegistry {
  /** Rows of this node in what the nodes share may be wrong. */
  isSuspect = false;
  private readonly owners = new Map<string, Owner>();
  private readonly joined = new SetIndex<string, string>();
  private readonly listeners: RosterListener[] = [];

  constructor(
    private readonly cluster: Cluster,
    private readonly bus: Bus,
    private readonly logger: Logger,
    @Inject(REALTIME_SETTINGS) private readonly settings: RealtimeSettings,
  ) {
    bus.on('room.moved', (move) => {
      this.moved(move);
    });
  }

  /** Called once in the cluster for each change, where it was made; must not throw. */
  onRosterChange(listener: RosterListener): void {
    this.listeners.push(listener);
  }

  /** Connections that are owned here. */
  get connections(): number {
    return this.owners.size;
  }

  isOwned(connectionId: string): boolean {
    return this.owners.has(connectionId);
  }

  /** True when the user has a connection here. */
  isHere(userId: string): boolean {
    return this.cluster.local.owners.has(userId);
  }

  /** True when the user would be admitted now. */
  async hasPlaceFor(userId: string): Promise<boolean> {
    const { OWNER_CAPACITY } = this.settings;
    return this.cluster.ask(
      async ({ owners }) => (await owners.count()) < OWNER_CAPACITY || (await owners.connectionsOf(userId)).length > 0,
    );
  }

  /** @throws CapacityError */
  async own(userId: string, connectionId: string): Promise<Owner> {
    const owner = { userId, connectionId, nonce: newId() };
    await this.put(
      (backplane, capacity) => backplane.owners.own(owner, capacity),
      () => this.cluster.local.owners.release(owner),
      this.settings.OWNER_CAPACITY,
    );
    const before = this.owners.get(connectionId);
    if (before && before.userId !== userId) await this.release(before);
    this.owners.set(connectionId, owner);
    return owner;
  }

  /** Also leaves the rooms. @returns false where a newer owner has the connection: then it keeps it, and its rooms */
  async release(owner: Owner): Promise<boolean> {
    const { userId, connectionId, nonce } = owner;
    if (this.owners.get(connectionId)?.nonce !== nonce) return false;
    this.owners.delete(connectionId);
    await Promise.all([
      this.cluster.local.owners.release(owner),
      this.alsoShared((backplane) => backplane.owners.release(owner)),
      ...this.roomsOf(connectionId).map((room) => this.leave({ room, userId, connectionId })),
    ]);
    return true;
  }

  /** Rooms that a connection of this node is in. */
  roomsOf(connectionId: string): string[] {
    return [...this.joined.of(connectionId)];
  }

  /** A connection of this node. @returns whether the user was not a member before. @throws CapacityError; DomainError NOT_FOUND */
  async join(membership: Membership): Promise<boolean> {
    if (this.owners.get(membership.connectionId)?.userId !== membership.userId) throw notFound('connection');
    if (this.joined.count(membership.connectionId) >= MAX_ROOMS) throw new CapacityError('room_members', MAX_ROOMS);
    const isNew = await this.put(
      (backplane, capacity) => backplane.rooms.join(membership, capacity),
      () => this.cluster.local.rooms.leave(membership),
      this.settings.ROOM_MEMBERS_CAPACITY,
    );
    // Its connection may have gone while the cluster was asked.
    if (!this.owners.has(membership.connectionId)) {
      await this.leave(membership);
      return false;
    }
    this.remember(membership);
    if (isNew) this.changed({ room: membership.room, userId: membership.userId, joined: true });
    return isNew;
  }

  /** A connection of this node. @returns whether the user is a member no longer */
  async leave(membership: Membership): Promise<boolean> {
    this.forget(membership);
    const local = this.cluster.local.rooms.leave(membership);
    const shared = await this.alsoShared((backplane) => backplane.rooms.leave(membership));
    const isGone = shared ?? (await local);
    if (isGone) this.changed({ room: membership.room, userId: membership.userId, joined: false });
    return isGone;
  }

  /** All connections of a user, wherever they are. @returns whether the user was not a member before. @throws CapacityError; DomainError NOT_FOUND */
  async joinUser(room: string, userId: string): Promise<boolean> {
    const capacity = this.settings.ROOM_MEMBERS_CAPACITY;
    const { connections, changed } = await this.move({ room, userId, joined: true }, ({ rooms }) => rooms.joinUser(room, userId, capacity));
    if (connections.length === 0 && !(await this.cluster.ask(({ rooms }) => rooms.isMember(room, userId)))) throw notFound('connection');
    return changed;
  }

  /** @returns whether the user is a member no longer */
  async leaveUser(room: string, userId: string): Promise<boolean> {
    return (await this.move({ room, userId, joined: false }, ({ rooms }) => rooms.leaveUser(room, userId))).changed;
  }

  /**
   * Announces the changes that the removal of a dead node's rows made.
   * @param change told because a dead node's rows were removed
   */
  swept(change: RosterChange): void {
    this.changed(change);
  }

  /** Here at once, in the cluster with it; the capacity is the cluster's to judge, and the node's own while that is away. */
  private async put<T>(
    write: (to: Backplane, capacity: number | null) => Promise<T>,
    undo: () => Promise<unknown>,
    capacity: number,
  ): Promise<T> {
    const { local, shared } = this.cluster;
    if (shared?.isUp) {
      const here = write(local, null);
      try {
        return await write(shared, capacity);
      } catch (error) {
        await here;
        await undo();
        if (!(error instanceof BackplaneAway)) throw error;
      }
    }
    if (shared) this.isSuspect = true;
    return write(local, capacity);
  }

  private async alsoShared<T>(write: (to: Backplane) => Promise<T>): Promise<T | undefined> {
    const { shared } = this.cluster;
    if (!shared) return undefined;
    try {
      return await write(shared);
    } catch (error) {
      if (!(error instanceof BackplaneAway)) throw error;
      this.isSuspect = true;
      return undefined;
    }
  }

  private async move(change: RosterChange, write: (to: Backplane) => Promise<UserMoves>): Promise<UserMoves> {
    const { connections, changed } = (await this.alsoShared(write)) ?? (await write(this.cluster.local));
    const elsewhere = new Map<string, string[]>();
    for (const { serverId, connectionId } of connections) elsewhere.set(serverId, [...(elsewhere.get(serverId) ?? []), connectionId]);
    for (const [serverId, ids] of elsewhere) {
      const message = { ...change, connections: ids };
      if (serverId === this.cluster.serverId) this.moved(message);
      else await this.bus.publish({ server: serverId }, 'room.moved', message);
    }
    if (changed) this.changed(change);
    return { connections, changed };
  }

  /** The rows exist; the node's own follow. A connection that has gone meanwhile has left no row behind but this one. */
  private moved({ room, userId, connections, joined }: { room: string; userId: string; connections: string[]; joined: boolean }): void {
    for (const connectionId of connections) {
      const membership = { room, userId, connectionId };
      const isHere = this.owners.has(connectionId);
      if (joined && isHere) {
        void this.cluster.local.rooms.join(membership, null);
        this.remember(membership);
      } else if (joined) {
        this.leave(membership).catch((error: unknown) => {
          this.logger.error('rooms.leave_failed', { error });
        });
      } else {
        void this.cluster.local.rooms.leave(membership);
        this.forget(membership);
      }
    }
  }

  private remember({ room, connectionId }: Membership): void {
    this.joined.add(connectionId, room);
  }

  private forget({ room, connectionId }: Membership): void {
    this.joined.delete(connectionId, room);
  }

  private changed(change: RosterChange): void {
    for (const listener of this.listeners) listener(change);
  }
}
