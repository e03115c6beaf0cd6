import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { UpgradeRefusal } from '../../identity/access/upgrade-refusal.js';
import { ConnectionSlots } from './connection-slots.js';
import { connectionRequest, FULL_RETRY_SEC, isFrame, isUpgrade, refusal, staffOf } from './guarded-connection.js';
import { LiveLimits } from '../../platform/limits/live-limits.service.js';
import { SharedPlaces } from './shared-places.js';

const CAPACITY_CLOSE_CODE = 4013;

/**
 * How many connections one session and one person may have, and how many people the nodes together. Of a session the oldest gives way (4009); a
 * person who would still have too many, or would be one too many, is refused (4013). To stand behind `CapacityGuard`, whose slots it counts.
 */
@Injectable()
export class ConnectionCapsGuard implements CanActivate {
  constructor(
    private readonly slots: ConnectionSlots,
    private readonly limits: LiveLimits,
    private readonly shared: SharedPlaces,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (isFrame(context)) return true;
    const request = connectionRequest(context);
    const staff = staffOf(request);
    const { slot, isPreview } = request;
    // Those that came at the same time count as older or newer by their slots, so that two newcomers never oust each other.
    const older = this.slots.ofSession(staff.sessionId, slot);
    const surplus = older.slice(0, Math.max(0, older.length + 1 - this.limits.current.MAX_CONNECTIONS_PER_SESSION));
    const others = this.slots.ofStaff(staff.id, slot).length - surplus.length;
    if (others >= this.limits.current.MAX_CONNECTIONS_PER_USER) throw refuse(context, 'user_capacity', 'you have too many connections');
    if (!isPreview) for (const one of surplus) one.giveWay();
    const isPlaced = slot && !isPreview ? await this.shared.take(slot) : await this.shared.hasOneFor(staff.id);
    if (!isPlaced) throw refuse(context, 'owner_capacity', 'as many people are connected as may be');
    return true;
  }
}

/** A browser cannot read a refused upgrade, but it can read a close code. */
function refuse(context: ExecutionContext, reason: string, message: string): Error {
  if (isUpgrade(context)) return UpgradeRefusal.close(CAPACITY_CLOSE_CODE, message, { reason, retryAfter: FULL_RETRY_SEC });
  return refusal('UNAVAILABLE', reason, message, FULL_RETRY_SEC);
}
