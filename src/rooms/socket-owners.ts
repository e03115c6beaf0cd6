import { Injectable, type OnModuleInit } from '@nestjs/common';
import { CapacityError } from '../cluster/ports/backplane-errors.js';
import type { Owner } from '../cluster/ports/owner-store.js';
import { DomainError } from '../platform/common/errors.js';
import { Logger } from '../platform/logging/logger.js';
import { type ConnectionSlot, ConnectionSlots } from '../realtime/capacity/connection-slots.js';
import { type CapacityLease, ClusterCapacity } from '../realtime/capacity/cluster-capacity.js';
import { CLOSE_CODES } from '../realtime/connection/close-codes.js';
import { Connection } from '../realtime/connection/connection.js';
import { SocketObservers } from '../realtime/connection/socket-observers.js';
import { RealtimeHub } from './realtime-hub.service.js';

/**
 * Sockets and event streams are owned from their guards on until they are gone. So a user beyond the capacity is refused
 * before anything is accepted.
 */
@Injectable()
export class SocketOwners implements OnModuleInit, CapacityLease {
  /** By connection. */
  private readonly owned = new Map<string, Owner>();

  constructor(
    private readonly hub: RealtimeHub,
    private readonly observers: SocketObservers,
    private readonly slots: ConnectionSlots,
    private readonly places: ClusterCapacity,
    private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.places.keptBy(this);
    this.slots.onFreed(({ id }) => {
      this.release(id);
    });
    this.observers.add({
      opened: (connection) => {
        // A long poll takes no messages.
        if (connection instanceof Connection) void this.attach(connection);
      },
      closed: ({ id }) => {
        this.release(id);
      },
    });
  }

  hasOneFor(staffId: string): Promise<boolean> {
    return this.hub.hasPlaceFor(staffId);
  }

  take(slot: ConnectionSlot): Promise<boolean> {
    return this.claim(slot.holder.id, slot.id, () => slot.isFree);
  }

  /** @throws DomainError UNAVAILABLE where the cluster does not know of the connection */
  require(connectionId: string): void {
    if (!this.owned.has(connectionId)) throw new DomainError('UNAVAILABLE', 'the connection is closing', { retryAfter: 1 });
  }

  /** Takes a place late for a connection whose own guards took none. Never rejects. */
  private async attach(connection: Connection): Promise<void> {
    const { id, principal } = connection;
    if (!this.owned.has(id) && !(await this.claim(principal.id, id, () => !connection.isOpen))) {
      connection.close(CLOSE_CODES.CAPACITY.code, 'full');
      return;
    }
    const owner = this.owned.get(id);
    if (owner) this.hub.attach(owner, connection);
  }

  /** @param isGone whether the connection has ended while the cluster was asked. @returns whether there was a place */
  private async claim(userId: string, connectionId: string, isGone: () => boolean): Promise<boolean> {
    try {
      this.owned.set(connectionId, await this.hub.claim(userId, connectionId));
    } catch (error) {
      if (!(error instanceof CapacityError)) this.logger.error('owner.own_failed', { connection_id: connectionId, error });
      return false;
    }
    if (isGone()) this.release(connectionId);
    return true;
  }

  private release(connectionId: string): void {
    const owner = this.owned.get(connectionId);
    if (!owner) return;
    this.owned.delete(connectionId);
    this.hub.release(owner).catch((error: unknown) => {
      this.logger.error('owner.release_failed', { connection_id: connectionId, error });
    });
  }
}
