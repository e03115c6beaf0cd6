import { DomainError } from '../../platform/common/errors.js';

/** The shared state cannot be reached now, or takes no writes. The caller goes on with the node's own state. */
export class BackplaneAway extends Error {
  override readonly name = 'BackplaneAway';
}

/** `OWNER_CAPACITY` or `ROOM_MEMBERS_CAPACITY` is reached: nothing was changed. */
export class CapacityError extends DomainError {
  constructor(
    readonly of: 'owners' | 'room_members',
    readonly capacity: number,
  ) {
    super('CAPACITY_EXCEEDED', of === 'owners' ? 'as many users are connected as may be' : 'the rooms hold as many members as they may', {
      retryAfter: 30,
      details: { capacity_of: of },
    });
  }
}
