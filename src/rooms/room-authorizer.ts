import { Injectable } from '@nestjs/common';
import type { StaffPrincipal } from '../identity/access/principal.js';

/** `read` goes with `join`: it permits the newcomer to see the members. */
export const ROOM_ACTIONS = ['join', 'leave', 'push', 'read'] as const;
/** An action of a client in a room. */
export type RoomAction = (typeof ROOM_ACTIONS)[number];

/** A client's request about a room. */
export interface RoomRequest {
  staff: StaffPrincipal;
  action: RoomAction;
  /** A valid name; nothing else is known of it. */
  room: string;
  /** True when the asking connection is in the room. */
  isMember: boolean;
  /** The further fields of the client's frame. */
  data: Readonly<Record<string, unknown>> | undefined;
}

/**
 * Extension point: the rights of clients in rooms over their sockets. The server's own calls (`RealtimeHub`) need no
 * permission. An implementation answers from the request and from what it knows, the same for the same. It answers within a
 * second and changes nothing. It throws for no name or data, only when it cannot decide (DomainError UNAVAILABLE), and it
 * refuses unknown requests. `src/testing/contracts/room-authorizer.contract.ts` checks the promise.
 */
export abstract class RoomAuthorizer {
  abstract permits(request: RoomRequest): boolean | Promise<boolean>;
}

/** The default: rooms are closed to clients until an authoriser opens them. */
@Injectable()
export class ClosedRooms extends RoomAuthorizer {
  permits(): boolean {
    return false;
  }
}
