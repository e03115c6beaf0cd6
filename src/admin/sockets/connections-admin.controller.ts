import { Controller, Delete, Get, HttpCode, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Roles } from '../../identity/access/access.js';
import { uuid } from '../../platform/common/values/ids.js';
import { type Page, readCursor, toPage } from '../../platform/common/values/paging.js';
import { ClusterConnections } from '../../realtime/operations/cluster-connections.service.js';
import type { ConnectionView } from '../../realtime/operations/connection-directory.service.js';
import { CurrentAdministrator } from '../shared/administrator.decorator.js';
import { connectionsQuery } from '../shared/admin-schemas.js';
import { type Administrator, AuditedChanges } from '../shared/audited-changes.js';

/** Sockets and event streams, of all nodes. */
@ApiTags('administration')
@Roles('admin')
@Controller('api/v1/admin/connections')
export class ConnectionsAdminController {
  constructor(
    private readonly connections: ClusterConnections,
    private readonly changes: AuditedChanges,
  ) {}

  /** `unanswered` names the nodes that said nothing in time; `degraded`: connections are missing. */
  @Get()
  async list(
    @Query({ schema: connectionsQuery }) { limit, cursor, user, server }: z.infer<typeof connectionsQuery>,
  ): Promise<Page<ConnectionView> & { degraded: boolean; unanswered: string[] }> {
    const after = readCursor(uuid, cursor) ?? '';
    const { connections, degraded, unanswered } = await this.connections.list({ after, user, server, limit: limit + 1 });
    return { ...toPage(connections, limit, (last) => last.id), degraded, unanswered };
  }

  @Get(':id')
  get(@Param('id', { schema: uuid }) id: string): Promise<ConnectionView> {
    return this.connections.get(id);
  }

  /** Closes it with 1013: the client comes back and resumes. To keep a person out, end their sessions. */
  @Delete(':id')
  @HttpCode(204)
  async close(@CurrentAdministrator() by: Administrator, @Param('id', { schema: uuid }) id: string): Promise<void> {
    const connection = await this.connections.get(id);
    const audited = { action: 'connection.close', target: `connection:${id}`, detail: { staff_id: connection.user } };
    await this.changes.run(by, audited, () => Promise.resolve());
    await this.connections.close(connection);
  }
}
