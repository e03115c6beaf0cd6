import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { optionalKey } from '../../../platform/idempotency/idempotency-key.js';
import { placeId, slug } from '../../../platform/common/values/ids.js';
import type { Page } from '../../../platform/common/values/paging.js';
import { AssignmentsService, type AssignmentView } from './assignments.service.js';
import { CurrentManager, ForManagers, ForMembers } from '../managers-routes.js';
import type { Manager } from '../staffing-changes.js';
import { assignmentBody, type AssignmentBody, pageQuery, type PageQuery } from '../staffing-schemas.js';

@ApiTags('staffing')
@ForManagers()
@Controller('api/v1/departments/:dept/assignments')
export class AssignmentsController {
  constructor(private readonly assignments: AssignmentsService) {}

  /** For every member of the department. */
  @Get()
  @ForMembers()
  list(@Param('dept', { schema: slug }) dept: string, @Query({ schema: pageQuery }) query: PageQuery): Promise<Page<AssignmentView>> {
    return this.assignments.list(dept, query);
  }

  /** Sets the people who answer the room's calls first; without `until`, until the next change. */
  @Put(':room')
  assign(
    @CurrentManager() by: Manager,
    @Param('dept', { schema: slug }) dept: string,
    @Param('room', { schema: placeId }) room: string,
    @Body({ schema: assignmentBody }) body: AssignmentBody,
    @Headers('idempotency-key') key: string | undefined,
  ): Promise<AssignmentView> {
    return this.assignments.assign(by, dept, room, body, optionalKey(key));
  }

  @Delete(':room')
  @HttpCode(204)
  unassign(
    @CurrentManager() by: Manager,
    @Param('dept', { schema: slug }) dept: string,
    @Param('room', { schema: placeId }) room: string,
    @Headers('idempotency-key') key: string | undefined,
  ): Promise<void> {
    return this.assignments.unassign(by, dept, room, optionalKey(key));
  }
}
