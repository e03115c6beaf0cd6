import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { optionalKey } from '../../../platform/idempotency/idempotency-key.js';
import { slug, uuid } from '../../../platform/common/ids.js';
import type { Page } from '../../../platform/common/paging.js';
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

  /** Takes a nurse out of the queue until then; ends by itself. */
  @Post()
  @HttpCode(201)
  exclude(
    @CurrentManager() by: Manager,
    @Param('dept', { schema: slug }) dept: string,
    @Body({ schema: exclusionBody }) body: ExclusionBody,
    @Headers('idempotency-key') key: string | undefined,
  ): Promise<ExclusionView> {
    return this.exclusions.exclude(by, dept, body, optionalKey(key));
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
