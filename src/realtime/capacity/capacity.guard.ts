import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { ReaderPrincipal } from '../../identity/access/principal.js';
import type { DomainError } from '../../platform/common/errors.js';
import { type ConnectionSlot, ConnectionSlots } from './connection-slots.js';
import { connectionRequest, FULL_RETRY_SEC, isFrame, refusal, readerOf } from './guarded-connection.js';
import { ReservedCapacity } from './reserved-capacity.js';

/**
 * Takes a place of this node's for the connection: from WARN_THRESHOLD on only for those the rest is kept for, never more than MAX_CONNECTIONS. It is given
 * back when the request's stream is gone, however that comes about; who refuses the request later may give it back sooner.
 */
@Injectable()
export class CapacityGuard implements CanActivate {
  constructor(
    private readonly slots: ConnectionSlots,
    private readonly reserve: ReservedCapacity,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (isFrame(context)) return true;
    const request = connectionRequest(context);
    const reader = readerOf(request);
    if (request.isPreview) {
      if (this.slots.isFull || (this.slots.isReserved && !(await this.reserve.mayTakeOne(reader)))) throw full();
      return true;
    }
    const slot = this.slots.take(reader) ?? (await this.takeReserved(reader));
    if (!slot) throw full();
    const end = context.getArgByIndex<NodeJS.EventEmitter>(1);
    // Once or more often: a place is given back only once.
    end.on('close', () => {
      slot.release();
    });
    // Gone while the guards were asking: its `close` may have been before we listened.
    if (request.socket.destroyed) slot.release();
    request.slot = slot;
    return true;
  }

  /** The places are looked at once more in the taking: of many at once none gets a place that is not there, or is not for it. */
  private async takeReserved(reader: ReaderPrincipal): Promise<ConnectionSlot | undefined> {
    if (this.slots.isFull) return undefined;
    return this.slots.take(reader, (await this.reserve.mayTakeOne(reader)) ? 'entitled' : 'anybody');
  }
}

function full(): DomainError {
  return refusal('UNAVAILABLE', 'capacity', 'this node is full, try again', FULL_RETRY_SEC);
}
