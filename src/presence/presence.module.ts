import { Module } from '@nestjs/common';
import { RealtimeModule } from '../realtime/realtime.module.js';
import { StaffingModule } from '../staffing/staffing.module.js';
import { AttendanceRecord } from './attendance-record.js';
import { DeadNodes } from './dead-nodes.js';
import { DepartmentAttendance } from './department-attendance.js';
import { LostStaff } from './lost-staff.js';
import { NodeRegistry } from './node-registry.js';
import { PresenceEvents } from './presence-events.js';
import { presenceMetricProviders } from './presence-metrics.js';
import { SocketPresence } from './socket-presence.js';
import { StaffPresence } from './staff-presence.js';

/** Who is connected, from PostgreSQL: known after any crash. */
@Module({
  imports: [RealtimeModule, StaffingModule],
  providers: [
    NodeRegistry,
    PresenceEvents,
    StaffPresence,
    SocketPresence,
    LostStaff,
    DeadNodes,
    DepartmentAttendance,
    AttendanceRecord,
    ...presenceMetricProviders,
  ],
})
export class PresenceModule {}
