import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { CurrentStaff } from '../../identity/access/access.js';
import { DepartmentAccess } from '../../identity/access/department-access.js';
import type { StaffPrincipal } from '../../identity/access/principal.js';
import { slug } from '../../platform/common/values/ids.js';
import { DeliveryProgress } from '../delivery/delivery-progress.js';

const ackBody = z.strictObject({ seq: z.int().min(0) });

/** Receipts for clients without a socket: event streams, service workers, pagers. */
@ApiTags('departments')
@Controller('api/v1/departments/:dept/acks')
export class AcksController {
  constructor(
    private readonly access: DepartmentAccess,
    private readonly progress: DeliveryProgress,
  ) {}

  /** The client has the department's events up to `seq`: the same as `ack` on a socket. Cumulative, so it needs no key. */
  @Post()
  @HttpCode(204)
  acknowledge(
    @CurrentStaff() staff: StaffPrincipal,
    @Param('dept', { schema: slug }) dept: string,
    @Body({ schema: ackBody }) { seq }: z.infer<typeof ackBody>,
  ): void {
    this.access.require(staff, dept);
    this.progress.acknowledged(staff, dept, seq);
  }
}
