import { Controller, Delete, Headers, HttpCode, Param } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { optionalKey } from '../../../platform/idempotency/idempotency-key.js';
import { slug, uuid } from '../../../platform/common/values/ids.js';
import { CurrentManager, ForManagers } from '../managers-routes.js';
import { ShiftAbandonment } from './shift-abandonment.service.js';
import type { ShiftView } from './shift.js';
import type { Manager } from '../staffing-changes.js';

@ApiTags('staffing')
@ForManagers()
@Controller('api/v1/departments/:dept/shifts')
export class AbandonedShiftController {
  constructor(private readonly abandonment: ShiftAbandonment) {}

  /** A manager ends an abandoned shift: the person's calls are handed on. */
  @Delete(':staff')
  @HttpCode(200)
  abandon(
    @CurrentManager() by: Manager,
    @Param('dept', { schema: slug }) dept: string,
    @Param('staff', { schema: uuid }) staffId: string,
    @Headers('idempotency-key') key: string | undefined,
  ): Promise<ShiftView> {
    return this.abandonment.abandon(by, { dept, staffId }, optionalKey(key));
  }
}
