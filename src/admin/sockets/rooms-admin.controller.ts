import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Roles } from '../../identity/access/access.js';
import { clusterName } from '../../cluster/ports/names.js';
import { freeJson } from '../../platform/common/values/text.js';
import { cursorParam, limitParam, type Page, readCursor, writeCursor } from '../../platform/common/values/paging.js';
import { RealtimeHub } from '../../rooms/realtime-hub.service.js';
import { CurrentAdministrator } from '../shared/administrator.decorator.js';
import { pageQuery, type PageQuery } from '../shared/admin-schemas.js';
import { type Administrator, AuditedChanges } from '../shared/audited-changes.js';

const membersQuery = z.strictObject({ count: limitParam, cursor: cursorParam });
const broadcastBody = z.strictObject({ data: freeJson });

/** Rooms, and messages to everybody. */
@ApiTags('administration')
@Roles('admin')
@Controller('api/v1/admin')
export class RoomsAdminController {
  constructor(
    private readonly hub: RealtimeHub,
    private readonly changes: AuditedChanges,
  ) {}

  /** Rooms with a member, by name. */
  @Get('rooms')
  async rooms(@Query({ schema: pageQuery }) { limit, cursor }: PageQuery): Promise<Page<{ name: string; size: number }>> {
    const page = await this.hub.rooms(readCursor(clusterName, cursor) ?? null, limit);
    return { items: page.items.map(({ room, size }) => ({ name: room, size })), next_cursor: writeCursor(page.cursor) };
  }

  @Get('rooms/:name/members')
  async members(
    @Param('name', { schema: clusterName }) name: string,
    @Query({ schema: membersQuery }) { count, cursor }: z.infer<typeof membersQuery>,
  ): Promise<Page<{ user_id: string; connections: number }> & { size: number }> {
    const room = this.hub.room(name);
    const [size, page] = await Promise.all([room.size(), room.membersPaged(readCursor(clusterName, cursor) ?? null, count)]);
    const items = page.items.map(({ userId, connections }) => ({ user_id: userId, connections }));
    return { items, next_cursor: writeCursor(page.cursor), size };
  }

  /** To every connection of the cluster, at most once. @returns how many nodes took it */
  @Post('broadcast')
  @HttpCode(200)
  async broadcast(
    @CurrentAdministrator() by: Administrator,
    @Body({ schema: broadcastBody }) { data }: z.infer<typeof broadcastBody>,
  ): Promise<{ nodes: number }> {
    const detail = { bytes: Buffer.byteLength(JSON.stringify(data)) };
    await this.changes.run(by, { action: 'broadcast', target: 'cluster', detail }, () => Promise.resolve());
    return { nodes: await this.hub.broadcast(data, by.staff.id) };
  }
}
