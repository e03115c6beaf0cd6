import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Roles } from '../../identity/access/access.js';
import { noBody, type NoBody } from '../../platform/common/values/validation.js';
import { ShutdownRequests } from '../../operations/shutdown/shutdown-requests.service.js';
import { SERVER_ID } from '../../cluster/node/server-id.js';
import { CurrentAdministrator } from '../shared/administrator.decorator.js';
import { type Administrator, AuditedChanges } from '../shared/audited-changes.js';

/** Takes this node out of service, as SIGTERM does. */
@ApiTags('administration')
@Roles('admin')
@Controller('api/v1/admin/drain')
export class DrainAdminController {
  constructor(
    private readonly changes: AuditedChanges,
    private readonly shutdownRequests: ShutdownRequests,
    @Inject(SERVER_ID) private readonly serverId: string,
  ) {}

  /** Answers at once. Clients then get the time to come back, and the process ends when they are gone. */
  @Post()
  @HttpCode(202)
  async drain(
    @CurrentAdministrator() administrator: Administrator,
    @Body({ schema: noBody }) _body: NoBody,
  ): Promise<{ server_id: string; state: 'draining' }> {
    await this.changes.run(administrator, { action: 'server.drain', target: `server:${this.serverId}` }, () => Promise.resolve());
    // After the answer has left: it still goes over a connection that is kept.
    setImmediate(() => {
      this.shutdownRequests.request('shutdown', 'administrator');
    });
    return { server_id: this.serverId, state: 'draining' };
  }
}
