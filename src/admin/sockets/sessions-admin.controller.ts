import { Controller, Delete, Get, HttpCode, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Roles } from '../../identity/access/access.js';
import { uuid } from '../../platform/common/values/ids.js';
import { CurrentAdministrator } from '../shared/administrator.decorator.js';
import { sessionsQuery } from '../shared/admin-schemas.js';
import type { Administrator } from '../shared/audited-changes.js';
import { SessionsAdminService } from './sessions-admin.service.js';

@ApiTags('administration')
@Roles('admin')
@Controller('api/v1/admin')
export class SessionsAdminController {
  constructor(private readonly sessions: SessionsAdminService) {}

  /** Live ones, oldest first. */
  @Get('sessions')
  list(@Query({ schema: sessionsQuery }) query: z.infer<typeof sessionsQuery>) {
    return this.sessions.list(query);
  }

  /** Signs it out everywhere; its sockets close with SESSION_REVOKE_CLOSE_CODE at once. */
  @Delete('sessions/:id')
  @HttpCode(204)
  end(@CurrentAdministrator() by: Administrator, @Param('id', { schema: uuid }) id: string): Promise<void> {
    return this.sessions.end(by, id);
  }

  /** All of a person's. */
  @Delete('staff/:id/sessions')
  @HttpCode(204)
  endAll(@CurrentAdministrator() by: Administrator, @Param('id', { schema: uuid }) id: string): Promise<void> {
    return this.sessions.endAll(by, id);
  }
}
