import { Module } from '@nestjs/common';
import { StaffingModule } from '../staffing/staffing.module.js';
import { AuditAdminController } from './audit-admin.controller.js';
import { AuditedChanges } from './audited-changes.js';
import { CallTypesAdminController } from './call-types-admin.controller.js';
import { EscalationAdminController } from './escalation-admin.controller.js';
import { PlacesAdminController } from './places-admin.controller.js';
import { PlacesAdminService } from './places-admin.service.js';
import { StaffAdminController } from './staff-admin.controller.js';
import { StaffAdminService } from './staff-admin.service.js';
import { StationsAdminController } from './stations-admin.controller.js';
import { StationsAdminService } from './stations-admin.service.js';

/** What administrators do: every change audited. */
@Module({
  imports: [StaffingModule],
  controllers: [
    PlacesAdminController,
    StationsAdminController,
    StaffAdminController,
    CallTypesAdminController,
    AuditAdminController,
    EscalationAdminController,
  ],
  providers: [AuditedChanges, PlacesAdminService, StationsAdminService, StaffAdminService],
})
export class AdminModule {}
