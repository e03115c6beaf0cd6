import { Injectable } from '@nestjs/common';
import type { StaffPrincipal } from '../identity/access/principal.js';

/** `read` is asked, beside `join`, for whether who joins may see who else is there. */
export const ROOM_ACTIONS = ['join', 'leave', 'push', 'read'] as const;
export type RoomAction = (typeof ROOM_ACTIONS)[number];

/** What a client wants of a room. */
export interface RoomRequest {
  staff: StaffPrincipal;
  action: RoomAction;
  /** A valid name; nothing else is known of it. */
  room: string;
  /** Whether the connection that asks is in the room. */
  isMember: boolean;
  /** What the client's frame brought along. */
  data: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Extension point: what clients may do with rooms over their sockets. The server's own calls (`RealtimeHub`) ask nobody.
 *
 * An implementation answers from the request and from what it knows, the same for the same; it answers within a second, changes nothing, does not throw
 * for any name or data, only when it cannot tell (DomainError UNAVAILABLE), and says no to what it does not know.
 * `test/support/room-authorizer.contract.ts` checks the promise.
 */
export abstract class RoomAuthorizer {
  abstract permits(request: RoomRequest): boolean | Promise<boolean>;
}

/** The default: rooms are closed to clients until somebody says otherwise. */
@Injectable()
export class ClosedRooms extends RoomAuthorizer {
  permits(): boolean {
    return false;
  }
}
