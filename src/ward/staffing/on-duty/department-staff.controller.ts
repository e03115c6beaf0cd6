import { Controller, Get, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CurrentStaff } from '../../../identity/access/access.js';
import type { StaffPrincipal } from '../../../identity/access/principal.js';
import { slug } from '../../../platform/common/values/ids.js';
import type { Page } from '../../../platform/common/values/paging.js';
import { DepartmentStaffService, type StaffMemberView } from './department-staff.service.js';

@ApiTags('staffing')
@Controller('api/v1/departments/:dept/staff')
export class DepartmentStaffController {
  constructor(private readonly people: DepartmentStaffService) {}

  /** For every member of the department; always in one page. */
  @Get()
  async list(@CurrentStaff() staff: StaffPrincipal, @Param('dept', { schema: slug }) dept: string): Promise<Page<StaffMemberView>> {
    return { items: await this.people.list(staff, dept), next_cursor: null };
  }
}
