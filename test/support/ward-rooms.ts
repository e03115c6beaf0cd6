import { type RoomAction, RoomAuthorizer, type RoomRequest } from '../../src/rooms/room-authorizer.js';

const ROOM = /^dept:([a-z0-9-]+)$/;

/**
 * Rooms of departments (`dept:icu`) are open to their people: who is in one may push, managers may also from outside. `quiet:` rooms may be joined by all and
 * read by nobody.
 */
export class WardRooms extends RoomAuthorizer {
  permits({ staff, action, room, isMember }: RoomRequest): boolean {
    if (room.startsWith('quiet:')) return staff.departments.length > 0 && action !== 'read';
    const dept = ROOM.exec(room)?.[1];
    if (dept === undefined || !staff.departments.includes(dept)) return false;
    const allowed: Record<RoomAction, boolean> = { join: true, leave: true, read: true, push: isMember || staff.role === 'manager' };
    return allowed[action];
  }
}
