import { Controller, Delete, Get, HttpCode, Param, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { uuid } from '../../platform/common/values/ids.js';
import { cursorParam, limitParam } from '../../platform/common/values/paging.js';
import { BeforePasswordChange, CurrentStaff } from '../access/access.js';
import type { GuardedRequest } from '../access/guarded-request.js';
import { OwnSessionsService } from './own-sessions.service.js';
import type { StaffPrincipal } from '../access/principal.js';

const pageQuery = z.strictObject({ limit: limitParam, cursor: cursorParam });

@ApiTags('sign-in')
@BeforePasswordChange()
@Controller('api/v1/auth/sessions')
export class OwnSessionsController {
  constructor(private readonly sessions: OwnSessionsService) {}

  /** One's own live sessions, oldest first; `current` is the one that asks. */
  @Get()
  list(@CurrentStaff() staff: StaffPrincipal, @Query({ schema: pageQuery }) query: z.infer<typeof pageQuery>) {
    return this.sessions.list(staff, query);
  }

  /** Ends one of one's own sessions; its sockets close with SESSION_REVOKE_CLOSE_CODE. */
  @Delete(':id')
  @HttpCode(204)
  end(@CurrentStaff() staff: StaffPrincipal, @Param('id', { schema: uuid }) id: string, @Req() request: GuardedRequest): Promise<void> {
    return this.sessions.end(staff, id, request.clientAddress ?? '');
  }

  /** Ends all of one's own sessions but the one that asks. */
  @Delete()
  @HttpCode(204)
  endOthers(@CurrentStaff() staff: StaffPrincipal, @Req() request: GuardedRequest): Promise<void> {
    return this.sessions.endOthers(staff, request.clientAddress ?? '');
  }
}
