import { Module } from '@nestjs/common';
import { RealtimeModule } from '../realtime/realtime.module.js';
import { StaffingModule } from '../ward/staffing.module.js';
import { AuditAdminController } from './records/audit-admin.controller.js';
import { AuditedChanges } from './shared/audited-changes.js';
import { BoardsAdminController } from './sockets/boards-admin.controller.js';
import { BoardsAdminService } from './sockets/boards-admin.service.js';
import { CallTypesAdminController } from './call-types/call-types-admin.controller.js';
import { CallTypesAdminService } from './call-types/call-types-admin.service.js';
import { ConnectionsAdminController } from './sockets/connections-admin.controller.js';
import { DrainAdminController } from './cluster/drain-admin.controller.js';
import { EscalationAdminController } from './call-types/escalation-admin.controller.js';
import { EscalationAdminService } from './call-types/escalation-admin.service.js';
import { FacilityAdminController } from './setup/facility-admin.controller.js';
import { GuestLinksAdminController } from './setup/guest-links-admin.controller.js';
import { ExtensionsAdminController } from './cluster/extensions-admin.controller.js';
import { LimitsAdminController } from './cluster/limits-admin.controller.js';
import { LimitsAdminService } from './cluster/limits-admin.service.js';
import { PlacesAdminController } from './setup/places-admin.controller.js';
import { PlacesAdminService } from './setup/places-admin.service.js';
import { SessionsAdminController } from './sockets/sessions-admin.controller.js';
import { SessionsAdminService } from './sockets/sessions-admin.service.js';
import { ClusterAdminController } from './cluster/cluster-admin.controller.js';
import { RolesAdminController } from './people/roles-admin.controller.js';
import { RoomsAdminController } from './sockets/rooms-admin.controller.js';
import { StaffAdminController } from './people/staff-admin.controller.js';
import { StaffAdminService } from './people/staff-admin.service.js';
import { StatsAdminController } from './records/stats-admin.controller.js';
import { StationsAdminController } from './setup/stations-admin.controller.js';
import { StationsAdminService } from './setup/stations-admin.service.js';

/** The administrators' routes. Every change is audited. */
@Module({
  imports: [StaffingModule, RealtimeModule],
  controllers: [
    FacilityAdminController,
    GuestLinksAdminController,
    PlacesAdminController,
    StationsAdminController,
    StaffAdminController,
    RolesAdminController,
    CallTypesAdminController,
    AuditAdminController,
    EscalationAdminController,
    ConnectionsAdminController,
    BoardsAdminController,
    SessionsAdminController,
    StatsAdminController,
    DrainAdminController,
    ClusterAdminController,
    RoomsAdminController,
    LimitsAdminController,
    ExtensionsAdminController,
  ],
  providers: [
    AuditedChanges,
    BoardsAdminService,
    CallTypesAdminService,
    EscalationAdminService,
    PlacesAdminService,
    StationsAdminService,
    StaffAdminService,
    SessionsAdminService,
    LimitsAdminService,
  ],
})
export class AdminModule {}
