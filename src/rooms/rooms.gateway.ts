import { UseFilters } from '@nestjs/common';
import { WebSocketGateway } from '@nestjs/websockets';
import type { z } from 'zod';
import { freeJson } from '../platform/common/values/text.js';
import { clusterName } from '../cluster/ports/names.js';
import { Command } from '../realtime/frames/command.js';
import { CommandErrorFilter } from '../realtime/frames/command-error.filter.js';
import { Frame, OnFrame, plainFrame, TheCommand } from '../realtime/frames/frame.decorators.js';
import { type JoinAnswer, RoomCommands } from './room-commands.service.js';

const visit = plainFrame({ room: clusterName, data: freeJson.optional() });
const push = plainFrame({ room: clusterName, data: freeJson });

/** Rooms over a socket. */
@WebSocketGateway()
@UseFilters(CommandErrorFilter)
export class RoomsGateway {
  constructor(private readonly rooms: RoomCommands) {}

  @OnFrame('room.join', visit)
  join(@Frame() ask: z.infer<typeof visit>, @TheCommand() command: Command): Promise<JoinAnswer> {
    return this.rooms.join(command, ask);
  }

  @OnFrame('room.leave', visit)
  leave(@Frame() ask: z.infer<typeof visit>, @TheCommand() command: Command): Promise<{ room: string }> {
    return this.rooms.leave(command, ask);
  }

  @OnFrame('room.push', push)
  push(@Frame() ask: z.infer<typeof push>, @TheCommand() command: Command): Promise<{ room: string; nodes: number }> {
    return this.rooms.push(command, ask);
  }
}
