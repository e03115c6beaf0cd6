import { Module } from '@nestjs/common';
import { RealtimeModule } from '../realtime/realtime.module.js';
import { StaffingModule } from '../staffing/staffing.module.js';
import { AuditAdminController } from './audit-admin.controller.js';
import { AuditedChanges } from './audited-changes.js';
import { CallTypesAdminController } from './call-types-admin.controller.js';
import { ConnectionsAdminController } from './connections-admin.controller.js';
import { DrainAdminController } from './drain-admin.controller.js';
import { EscalationAdminController } from './escalation-admin.controller.js';
import { LimitsAdminController } from './limits-admin.controller.js';
import { LimitsAdminService } from './limits-admin.service.js';
import { PlacesAdminController } from './places-admin.controller.js';
import { PlacesAdminService } from './places-admin.service.js';
import { SessionsAdminController } from './sessions-admin.controller.js';
import { SessionsAdminService } from './sessions-admin.service.js';
import { ClusterAdminController } from './cluster-admin.controller.js';
import { RoomsAdminController } from './rooms-admin.controller.js';
import { StaffAdminController } from './staff-admin.controller.js';
import { StaffAdminService } from './staff-admin.service.js';
import { StatsAdminController } from './stats-admin.controller.js';
import { StationsAdminController } from './stations-admin.controller.js';
import { StationsAdminService } from './stations-admin.service.js';

/** What administrators do: every change audited. */
@Module({
  imports: [StaffingModule, RealtimeModule],
  controllers: [
    PlacesAdminController,
    StationsAdminController,
    StaffAdminController,
    CallTypesAdminController,
    AuditAdminController,
    EscalationAdminController,
    ConnectionsAdminController,
    SessionsAdminController,
    StatsAdminController,
    DrainAdminController,
    ClusterAdminController,
    RoomsAdminController,
    LimitsAdminController,
  ],
  providers: [AuditedChanges, PlacesAdminService, StationsAdminService, StaffAdminService, SessionsAdminService, LimitsAdminService],
})
export class AdminModule {}
