import { Controller, Delete, Get, HttpCode, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Roles } from '../auth/access.js';
import { notFound } from '../common/errors.js';
import { uuid } from '../common/ids.js';
import { type Page, readCursor, toPage } from '../common/paging.js';
import { ConnectionDirectory, type ConnectionView } from '../realtime/connection-directory.service.js';
import { CurrentAdministrator } from './administrator.decorator.js';
import { connectionsQuery } from './admin-schemas.js';
import { type Administrator, AuditedChanges } from './audited-changes.js';

/** The sockets of this node. */
@ApiTags('administration')
@Roles('admin')
@Controller('api/v1/admin/connections')
export class ConnectionsAdminController {
  constructor(
    private readonly connections: ConnectionDirectory,
    private readonly changes: AuditedChanges,
  ) {}

  @Get()
  list(@Query({ schema: connectionsQuery }) { limit, cursor, user, server }: z.infer<typeof connectionsQuery>): Page<ConnectionView> {
    const after = readCursor(uuid, cursor) ?? '';
    return toPage(this.connections.list({ after, user, server, limit: limit + 1 }), limit, (last) => last.id);
  }

  @Get(':id')
  get(@Param('id', { schema: uuid }) id: string): ConnectionView {
    const connection = this.connections.get(id);
    if (!connection) throw notFound('connection');
    return connection;
  }

  /** Closes it with 1013: its client comes back and resumes. Who is to stay away has their sessions ended. */
  @Delete(':id')
  @HttpCode(204)
  async close(@CurrentAdministrator() by: Administrator, @Param('id', { schema: uuid }) id: string): Promise<void> {
    const { user } = this.get(id);
    await this.changes.run(by, { action: 'connection.close', target: `connection:${id}`, detail: { staff_id: user } }, (tx) => {
      tx.afterCommit(() => {
        this.connections.close(id);
      });
      return Promise.resolve();
    });
  }
}
