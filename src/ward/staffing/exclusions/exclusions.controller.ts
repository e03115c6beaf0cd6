import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { optionalKey } from '../../../platform/idempotency/idempotency-key.js';
import { slug, uuid } from '../../../platform/common/values/ids.js';
import type { Page } from '../../../platform/common/values/paging.js';
import { ExclusionsService, type ExclusionView } from './exclusions.service.js';
import { CurrentManager, ForManagers } from '../managers-routes.js';
import type { Manager } from '../staffing-changes.js';
import { exclusionBody, type ExclusionBody, pageQuery, type PageQuery } from '../staffing-schemas.js';

@ApiTags('staffing')
@ForManagers()
@Controller('api/v1/departments/:dept/exclusions')
export class ExclusionsController {
  constructor(private readonly exclusions: ExclusionsService) {}

  /** The active ones. */
  @Get()
  list(@Param('dept', { schema: slug }) dept: string, @Query({ schema: pageQuery }) query: PageQuery): Promise<Page<ExclusionView>> {
    return this.exclusions.list(dept, query);
  }

  /** Takes a nurse out of the queue until then; ends by itself. 200 where it extends the one that is active. */
  @Post()
  async exclude(
    @CurrentManager() by: Manager,
    @Param('dept', { schema: slug }) dept: string,
    @Body({ schema: exclusionBody }) body: ExclusionBody,
    @Headers('idempotency-key') key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ExclusionView> {
    const { extended = false, ...exclusion } = await this.exclusions.exclude(by, dept, body, optionalKey(key));
    response.status(extended ? 200 : 201);
    return exclusion;
  }

  @Delete(':id')
  @HttpCode(204)
  restore(
    @CurrentManager() by: Manager,
    @Param('dept', { schema: slug }) dept: string,
    @Param('id', { schema: uuid }) id: string,
    @Headers('idempotency-key') key: string | undefined,
  ): Promise<void> {
    return this.exclusions.restore(by, dept, id, optionalKey(key));
  }
}
