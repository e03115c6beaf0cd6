import { Body, Controller, Delete, Headers, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CurrentStaff } from '../../../identity/access/access.js';
import { DepartmentAccess } from '../../../identity/access/department-access.js';
import type { StaffPrincipal } from '../../../identity/access/principal.js';
import { optionalKey } from '../../../platform/idempotency/idempotency-key.js';
import { slug } from '../../../platform/common/values/ids.js';
import { noBody, type NoBody } from '../../../platform/common/values/validation.js';
import { type EndShiftBody, endShiftBody, type EndShiftQuery, endShiftQuery, type PauseBody, pauseBody } from '../staffing-schemas.js';
import { BreaksService } from './breaks.service.js';
import type { ShiftView } from './shift.js';
import { ShiftsService } from './shifts.service.js';

@ApiTags('staffing')
@Controller('api/v1/departments/:dept/shifts')
export class ShiftsController {
  constructor(
    private readonly shifts: ShiftsService,
    private readonly breaks: BreaksService,
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

  /** Begins a break: out of the queue in all my departments. `confirm`: although nobody else can be reached. */
  @Post('mine/pause')
  @HttpCode(200)
  pause(
    @CurrentStaff() staff: StaffPrincipal,
    @Param('dept', { schema: slug }) dept: string,
    @Body({ schema: pauseBody.default({}) }) body: PauseBody,
    @Headers('idempotency-key') key: string | undefined,
  ): Promise<ShiftView> {
    this.access.require(staff, dept);
    return this.breaks.pause(staff, dept, body, optionalKey(key));
  }

  /** Ends my break. */
  @Post('mine/resume')
  @HttpCode(200)
  resume(
    @CurrentStaff() staff: StaffPrincipal,
    @Param('dept', { schema: slug }) dept: string,
    @Body({ schema: noBody }) _body: NoBody,
    @Headers('idempotency-key') key: string | undefined,
  ): Promise<ShiftView> {
    this.access.require(staff, dept);
    return this.breaks.resume(staff, dept, optionalKey(key));
  }

  /** Ends my shift. `confirm`: although nobody else can be reached. */
  @Delete('mine')
  @HttpCode(200)
  end(
    @CurrentStaff() staff: StaffPrincipal,
    @Param('dept', { schema: slug }) dept: string,
    @Query({ schema: endShiftQuery }) query: EndShiftQuery,
    @Body({ schema: endShiftBody }) body: EndShiftBody,
    @Headers('idempotency-key') key: string | undefined,
  ): Promise<ShiftView> {
    this.access.require(staff, dept);
    const confirm = body.confirm ?? (query.confirm === 'true' ? true : undefined);
    return this.shifts.end(staff, dept, confirm, optionalKey(key));
  }
}
