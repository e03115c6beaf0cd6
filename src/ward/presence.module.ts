import { Module } from '@nestjs/common';
import { RealtimeModule } from '../realtime/realtime.module.js';
import { StaffingModule } from './staffing.module.js';
import { AttendanceRecord } from './presence/attendance-record.js';
import { DeadNodes } from './presence/dead-nodes.js';
import { DepartmentAttendance } from './presence/department-attendance.js';
import { DisconnectGraceExpiry } from './presence/disconnect-grace-expiry.js';
import { NodeName } from './presence/node-name.js';
import { NodeRegistry } from './presence/node-registry.js';
import { PresenceEvents } from './presence/presence-events.js';
import { presenceMetricProviders } from './presence/presence-metrics.js';
import { ReturnedDatabase } from './presence/returned-database.js';
import { Responsiveness } from './presence/responsiveness.js';
import { SignsOfLife } from './presence/signs-of-life.js';
import { SocketPresence } from './presence/socket-presence.js';
import { StaffPresence } from './presence/staff-presence.js';

/** Presence of staff, in PostgreSQL: known after any crash. */
@Module({
  imports: [RealtimeModule, StaffingModule],
  providers: [
    NodeName,
    NodeRegistry,
    ReturnedDatabase,
    PresenceEvents,
    StaffPresence,
    Responsiveness,
    SignsOfLife,
    SocketPresence,
    DisconnectGraceExpiry,
    DeadNodes,
    DepartmentAttendance,
    AttendanceRecord,
    ...presenceMetricProviders,
  ],
  exports: [Responsiveness],
})
export class PresenceModule {}
