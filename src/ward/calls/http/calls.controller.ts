import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { CurrentStaff } from '../../../identity/access/access.js';
import type { StaffPrincipal } from '../../../identity/access/principal.js';
import { requiredKey } from '../../../platform/idempotency/idempotency-key.js';
import { uuid } from '../../../platform/common/values/ids.js';
import type { Page } from '../../../platform/common/values/paging.js';
import type { CallView } from '../call.js';
import { callsQuery, type CallsQuery, raiseBody, type RaiseBody, reassignBody, type ReassignBody } from './call-schemas.js';
import { CallsQueryService, type CallWithHistory } from './calls-query.service.js';
import { ReassignCallService } from '../commands/reassign-call.service.js';
import { RaiseCallService } from '../commands/raise-call.service.js';

@ApiTags('calls')
@Controller('api/v1/calls')
export class CallsController {
  constructor(
    private readonly raising: RaiseCallService,
    private readonly queries: CallsQueryService,
    private readonly reassigning: ReassignCallService,
  ) {}

  /** 201 with a new call; 200 with the one that is open already. */
  @Post()
  async raise(
    @CurrentStaff() staff: StaffPrincipal,
    @Body({ schema: raiseBody }) body: RaiseBody,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CallView> {
    const { call, repeated } = await this.raising.raiseByStaff(staff, body, requiredKey(key));
    response.status(repeated ? 200 : 201);
    return call;
  }

  @Get()
  list(@CurrentStaff() staff: StaffPrincipal, @Query({ schema: callsQuery }) query: CallsQuery): Promise<Page<CallView>> {
    return this.queries.list(staff, query);
  }

  @Get(':id')
  async get(
    @CurrentStaff() staff: StaffPrincipal,
    @Param('id', { schema: uuid }) id: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<CallWithHistory> {
    const call = await this.queries.get(staff, id);
    response.setHeader('ETag', `"${String(call.version)}"`);
    return call;
  }

  @Post(':id/reassign')
  @HttpCode(200)
  reassign(
    @CurrentStaff() staff: StaffPrincipal,
    @Param('id', { schema: uuid }) id: string,
    @Body({ schema: reassignBody }) body: ReassignBody,
    @Headers('idempotency-key') key: string | undefined,
  ): Promise<CallView> {
    return this.reassigning.reassign(staff, id, body, requiredKey(key));
  }
}
