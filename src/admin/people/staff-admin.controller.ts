import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Roles } from '../../identity/access/access.js';
import { slug, uuid } from '../../platform/common/values/ids.js';
import { CurrentAdministrator } from '../shared/administrator.decorator.js';
import {
  membershipBody,
  membershipsQuery,
  passwordBody,
  staffBody,
  type StaffBody,
  staffPatch,
  type StaffPatch,
  staffQuery,
} from '../shared/admin-schemas.js';
import type { Administrator } from '../shared/audited-changes.js';
import { StaffAdminService } from './staff-admin.service.js';

@ApiTags('administration')
@Roles('admin')
@Controller('api/v1/admin')
export class StaffAdminController {
  constructor(private readonly staff: StaffAdminService) {}

  @Get('staff')
  list(@Query({ schema: staffQuery }) query: z.infer<typeof staffQuery>) {
    return this.staff.list(query);
  }

  /** A password that was made here is in this answer and nowhere else. */
  @Post('staff')
  create(@CurrentAdministrator() by: Administrator, @Body({ schema: staffBody }) body: StaffBody) {
    return this.staff.create(by, body);
  }

  @Get('staff/:id')
  get(@Param('id', { schema: uuid }) id: string) {
    return this.staff.get(id);
  }

  @Patch('staff/:id')
  update(
    @CurrentAdministrator() by: Administrator,
    @Param('id', { schema: uuid }) id: string,
    @Body({ schema: staffPatch }) body: StaffPatch,
  ) {
    return this.staff.update(by, id, body);
  }

  /** People are deactivated, never deleted: the record keeps who they were. */
  @Delete('staff/:id')
  @HttpCode(204)
  async deactivate(@CurrentAdministrator() by: Administrator, @Param('id', { schema: uuid }) id: string): Promise<void> {
    await this.staff.update(by, id, { active: false });
  }

  @Post('staff/:id/password')
  @HttpCode(204)
  resetPassword(
    @CurrentAdministrator() by: Administrator,
    @Param('id', { schema: uuid }) id: string,
    @Body({ schema: passwordBody }) body: z.infer<typeof passwordBody>,
  ) {
    return this.staff.resetPassword(by, id, body.password);
  }

  @Get('memberships')
  memberships(@Query({ schema: membershipsQuery }) query: z.infer<typeof membershipsQuery>) {
    return this.staff.listMemberships(query);
  }

  @Post('memberships')
  addMembership(@CurrentAdministrator() by: Administrator, @Body({ schema: membershipBody }) body: z.infer<typeof membershipBody>) {
    return this.staff.addMembership(by, body.staff_id, body.dept);
  }

  @Delete('memberships/:staff/:dept')
  @HttpCode(204)
  removeMembership(
    @CurrentAdministrator() by: Administrator,
    @Param('staff', { schema: uuid }) staffId: string,
    @Param('dept', { schema: slug }) dept: string,
  ) {
    return this.staff.removeMembership(by, staffId, dept);
  }
}
