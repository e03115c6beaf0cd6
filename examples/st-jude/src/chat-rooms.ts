import { Injectable } from '@nestjs/common';
import { RoomAuthorizer, type RoomRequest } from 'wardline';

const CHAT = /^chat-([a-z0-9-]+)$/;

/** Each department has a chat room, `chat-icu`. Its people may join and write; nothing of it is kept. */
@Injectable()
export class ChatRooms extends RoomAuthorizer {
  permits({ staff, action, room, isMember }: RoomRequest): boolean {
    const dept = CHAT.exec(room)?.[1];
    if (dept === undefined || !staff.departments.includes(dept)) return false;
    return action === 'join' || action === 'read' || isMember;
  }
}
