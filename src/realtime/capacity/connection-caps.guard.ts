import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { UpgradeRefusal } from '../../identity/access/upgrade-refusal.js';
import { ConnectionSlots } from './connection-slots.js';
import { connectionRequest, FULL_RETRY_SEC, isFrame, isUpgrade, refusal, readerOf } from './guarded-connection.js';
import { LiveLimits } from '../../platform/limits/live-limits.service.js';
import { ClusterCapacity } from './cluster-capacity.js';

const CAPACITY_CLOSE_CODE = 4013;

/**
 * Limits of connections for each session and person, and of people over all nodes. The oldest connection of a session gives
 * way (4009). A person with too many connections, or beyond the number of people, is refused (4013). It goes after
 * `CapacityGuard`, whose slots it counts.
 */
@Injectable()
export class ConnectionCapsGuard implements CanActivate {
  constructor(
    private readonly slots: ConnectionSlots,
    private readonly limits: LiveLimits,
    private readonly shared: ClusterCapacity,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (isFrame(context)) return true;
    const request = connectionRequest(context);
    const reader = readerOf(request);
    const { slot, isPreview } = request;
    // Connections that came at the same time are ordered by their slots, so that two newcomers never oust each other.
    const older = this.slots.ofSession(reader.sessionId, slot);
    const surplus = older.slice(0, Math.max(0, older.length + 1 - this.limits.current.MAX_CONNECTIONS_PER_SESSION));
    const others = this.slots.ofStaff(reader.id, slot).length - surplus.length;
    if (others >= this.limits.current.MAX_CONNECTIONS_PER_USER) throw refuse(context, 'user_capacity', 'you have too many connections');
    if (!isPreview) for (const one of surplus) one.giveWay();
    // Boards are no people: the cluster's places are not counted for them.
    if (reader.kind === 'board') return true;
    const isPlaced = slot && !isPreview ? await this.shared.take(slot) : await this.shared.hasOneFor(reader.id);
    if (!isPlaced) throw refuse(context, 'owner_capacity', 'as many people are connected as may be');
    return true;
  }
}

/** A browser cannot read a refused upgrade, but it can read a close code. */
function refuse(context: ExecutionContext, reason: string, message: string): Error {
  if (isUpgrade(context)) return UpgradeRefusal.close(CAPACITY_CLOSE_CODE, message, { reason, retryAfter: FULL_RETRY_SEC });
  return refusal('UNAVAILABLE', reason, message, FULL_RETRY_SEC);
}
