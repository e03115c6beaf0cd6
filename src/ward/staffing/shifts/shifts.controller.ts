import { Body, Controller, Delete, Headers, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CurrentStaff } from '../../../identity/access/access.js';
import { DepartmentAccess } from '../../../identity/access/department-access.js';
import type { StaffPrincipal } from '../../../identity/access/principal.js';
import { optionalKey } from '../../../platform/idempotency/idempotency-key.js';
import { slug } from '../../../platform/common/ids.js';
import { noBody, type NoBody } from '../../../platform/common/validation.js';
import { ShiftsService, type ShiftView } from './shifts.service.js';

@ApiTags('staffing')
@Controller('api/v1/departments/:dept/shifts')
export class ShiftsController {
  constructor(
    private readonly shifts: ShiftsService,
    private readonly access: DepartmentAccess,
  ) {}

  /** Starts my shift; answers with the active one when there is one already. */
  @Post()
  @HttpCode(201)
  start(
    @CurrentStaff() staff: StaffPrincipal,
    @Param('dept', { schema: slug }) dept: string,
    @Body({ schema: noBody }) _body: NoBody,
    @Headers('idempotency-key') key: string | undefined,
  ): Promise<ShiftView> {
    this.access.require(staff, dept);
    return this.shifts.start(staff, dept, optionalKey(key));
  }

  @Delete('mine')
  @HttpCode(200)
  end(
    @CurrentStaff() staff: StaffPrincipal,
    @Param('dept', { schema: slug }) dept: string,
    @Headers('idempotency-key') key: string | undefined,
  ): Promise<ShiftView> {
    this.access.require(staff, dept);
    return this.shifts.end(staff, dept, optionalKey(key));
  }
}
