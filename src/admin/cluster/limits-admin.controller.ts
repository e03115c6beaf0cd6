import { Body, Controller, Get, Patch } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Roles } from '../../identity/access/access.js';
import { CurrentAdministrator } from '../shared/administrator.decorator.js';
import type { Administrator } from '../shared/audited-changes.js';
import { LimitsAdminService, type LimitsView } from './limits-admin.service.js';
import { limitsPatch, type LimitsPatch } from './limits-schema.js';

/** Rate limits, capacity and the poll interval, changed while nodes run. */
@ApiTags('administration')
@Roles('admin')
@Controller('api/v1/admin/limits')
export class LimitsAdminController {
  constructor(private readonly limits: LimitsAdminService) {}

  /** The limits in force, with `defaults` (the settings of the node that answers) and `changed` (author and time of each change). */
  @Get()
  get(): Promise<LimitsView> {
    return this.limits.get();
  }

  /** In force on every node at once, and after restarts. null gives a limit back to the settings. */
  @Patch()
  patch(@CurrentAdministrator() by: Administrator, @Body({ schema: limitsPatch }) patch: LimitsPatch): Promise<LimitsView> {
    return this.limits.patch(by, patch);
  }
}
