import { Module } from '@nestjs/common';
import { AbandonedShiftController } from './staffing/shifts/abandoned-shift.controller.js';
import { AbandonedShifts } from './staffing/shifts/abandoned-shifts.js';
import { AssignmentEvents } from './staffing/assignments/assignment-events.js';
import { AssignmentExpiry } from './staffing/assignments/assignment-expiry.js';
import { AssignmentsController } from './staffing/assignments/assignments.controller.js';
import { AssignmentsService } from './staffing/assignments/assignments.service.js';
import { BreakEnd } from './staffing/shifts/break-end.js';
import { BreakExpiry } from './staffing/shifts/break-expiry.js';
import { BreaksService } from './staffing/shifts/breaks.service.js';
import { DepartmentQueue } from './staffing/queue/department-queue.service.js';
import { DepartmentStaffController } from './staffing/on-duty/department-staff.controller.js';
import { DepartmentStaffService } from './staffing/on-duty/department-staff.service.js';
import { DutyArrivals } from './staffing/queue/duty-arrivals.js';
import { ExclusionEvents } from './staffing/exclusions/exclusion-events.js';
import { ExclusionExpiry } from './staffing/exclusions/exclusion-expiry.js';
import { ExclusionsController } from './staffing/exclusions/exclusions.controller.js';
import { ExclusionsService } from './staffing/exclusions/exclusions.service.js';
import { LastOnDuty } from './staffing/queue/last-on-duty.js';
import { NoticeEvents } from './staffing/notices/notice-events.js';
import { NoticesController } from './staffing/notices/notices.controller.js';
import { NoticesService } from './staffing/notices/notices.service.js';
import { OnDutySnapshot } from './staffing/on-duty/on-duty-snapshot.js';
import { OnDutySummary } from './staffing/on-duty/on-duty-summary.js';
import { OpenDepartments } from './staffing/open-departments.js';
import { QueueOrderController } from './staffing/queue/queue-order.controller.js';
import { QueueOrderService } from './staffing/queue/queue-order.service.js';
import { ShiftAbandonment } from './staffing/shifts/shift-abandonment.service.js';
import { ShiftEvents } from './staffing/shifts/shift-events.js';
import { ShiftHandovers } from './staffing/shifts/shift-handovers.js';
import { ShiftsController } from './staffing/shifts/shifts.controller.js';
import { ShiftsGateway } from './staffing/shifts/shifts.gateway.js';
import { ShiftsService } from './staffing/shifts/shifts.service.js';
import { StaffingChanges } from './staffing/staffing-changes.js';
import { StaffingEndings } from './staffing/shifts/staffing-endings.service.js';

const MANAGEMENT = [OpenDepartments, StaffingChanges, StaffingEndings];
const BREAKS = [BreaksService, BreakEnd, BreakExpiry];
const EXCLUSIONS = [ExclusionsService, ExclusionEvents, ExclusionExpiry];
const ASSIGNMENTS = [AssignmentsService, AssignmentEvents, AssignmentExpiry];
const NOTICES = [NoticesService, NoticeEvents];

/** Staff on duty, their order, and their rooms. */
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
    DutyArrivals,
    LastOnDuty,
    ShiftHandovers,
    ...BREAKS,
    ...MANAGEMENT,
    ...EXCLUSIONS,
    ...ASSIGNMENTS,
    ...NOTICES,
  ],
  exports: [ShiftsService, ShiftHandovers, DepartmentQueue, DutyArrivals, StaffingEndings, OpenDepartments],
})
export class StaffingModule {}
