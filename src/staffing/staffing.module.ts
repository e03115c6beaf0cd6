import { Module } from '@nestjs/common';
import { AbandonedShiftController } from './abandoned-shift.controller.js';
import { AbandonedShifts } from './abandoned-shifts.js';
import { AssignmentEvents } from './assignment-events.js';
import { AssignmentExpiry } from './assignment-expiry.js';
import { AssignmentsController } from './assignments.controller.js';
import { AssignmentsService } from './assignments.service.js';
import { DepartmentQueue } from './department-queue.service.js';
import { DepartmentStaffController } from './department-staff.controller.js';
import { DepartmentStaffService } from './department-staff.service.js';
import { ExclusionEvents } from './exclusion-events.js';
import { ExclusionExpiry } from './exclusion-expiry.js';
import { ExclusionsController } from './exclusions.controller.js';
import { ExclusionsService } from './exclusions.service.js';
import { NoticeEvents } from './notice-events.js';
import { NoticesController } from './notices.controller.js';
import { NoticesService } from './notices.service.js';
import { OnDutySnapshot } from './on-duty-snapshot.js';
import { OnDutySummary } from './on-duty-summary.js';
import { OpenDepartments } from './open-departments.js';
import { QueueOrderController } from './queue-order.controller.js';
import { QueueOrderService } from './queue-order.service.js';
import { ShiftAbandonment } from './shift-abandonment.service.js';
import { ShiftEvents } from './shift-events.js';
import { ShiftsController } from './shifts.controller.js';
import { ShiftsGateway } from './shifts.gateway.js';
import { ShiftsService } from './shifts.service.js';
import { StaffingChanges } from './staffing-changes.js';
import { StaffingEndings } from './staffing-endings.service.js';

const MANAGEMENT = [OpenDepartments, StaffingChanges, StaffingEndings];
const EXCLUSIONS = [ExclusionsService, ExclusionEvents, ExclusionExpiry];
const ASSIGNMENTS = [AssignmentsService, AssignmentEvents, AssignmentExpiry];
const NOTICES = [NoticesService, NoticeEvents];

/** Who is on duty, in which order, and for which rooms. */
@Module({
  controllers: [
    // Before the one that takes any name for a person's.
    ShiftsController,
    AbandonedShiftController,
    DepartmentStaffController,
    ExclusionsController,
    AssignmentsController,
    QueueOrderController,
    NoticesController,
  ],
  providers: [
    ShiftsService,
    DepartmentQueue,
    ShiftsGateway,
    ShiftEvents,
    OnDutySnapshot,
    OnDutySummary,
    AbandonedShifts,
    ShiftAbandonment,
    DepartmentStaffService,
    QueueOrderService,
    ...MANAGEMENT,
    ...EXCLUSIONS,
    ...ASSIGNMENTS,
    ...NOTICES,
  ],
  exports: [ShiftsService, DepartmentQueue, StaffingEndings, OpenDepartments],
})
export class StaffingModule {}
