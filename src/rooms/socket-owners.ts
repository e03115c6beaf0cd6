import { Injectable, type OnModuleInit } from '@nestjs/common';
import { CapacityError } from '../cluster/backplane-errors.js';
import { Bus } from '../cluster/bus.service.js';
import type { Owner } from '../cluster/owner-store.js';
import { DomainError } from '../common/errors.js';
import { Logger } from '../common/logger.js';
import { CLOSE_CODES } from '../realtime/close-codes.js';
import { Connection } from '../realtime/connection.js';
import { SocketObservers } from '../realtime/socket-observers.js';
import { SocketStats } from '../realtime/socket-stats.service.js';
import { RealtimeHub } from './realtime-hub.service.js';

/** Sockets and event streams are owned for as long as they are open. */
@Injectable()
export class SocketOwners implements OnModuleInit {
  private readonly owned = new Map<string, Promise<Owner | undefined>>();

  constructor(
    private readonly hub: RealtimeHub,
    private readonly observers: SocketObservers,
    private readonly counters: SocketStats,
    private readonly bus: Bus,
    private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.bus.onForged(() => {
      this.counters.increment('hmac_verify_failures_total');
    });
    this.observers.add({
      // A long poll takes no messages.
      opened: (connection) => {
        if (connection instanceof Connection) this.owned.set(connection.id, this.own(connection));
      },
      closed: ({ id }) => {
        const owned = this.owned.get(id);
        this.owned.delete(id);
        if (owned) void this.release(owned);
      },
    });
  }

  /** Resolves when the cluster knows of the connection. @throws DomainError UNAVAILABLE when it does not and will not */
  async settled(connectionId: string): Promise<void> {
    if (await this.owned.get(connectionId)) return;
    throw new DomainError('UNAVAILABLE', 'the connection is closing', { retryAfter: 1 });
  }

  /** Never rejects. */
  private async own(connection: Connection): Promise<Owner | undefined> {
    try {
      return await this.hub.own(connection.principal.id, connection);
    } catch (error) {
      if (!(error instanceof CapacityError)) this.logger.error('owner.own_failed', { connection_id: connection.id, error });
      connection.close(CLOSE_CODES.CAPACITY.code, 'full');
      return undefined;
    }
  }

  /** Never rejects. */
  private async release(owned: Promise<Owner | undefined>): Promise<void> {
    const owner = await owned;
    if (!owner) return;
    try {
      await this.hub.release(owner);
    } catch (error) {
      this.logger.error('owner.release_failed', { connection_id: owner.connectionId, error });
    }
  }
}
