import { DepartmentStream } from '../events/entities/department-stream.entity.js';
import { EventConsumerPosition } from '../events/entities/event-consumer-position.entity.js';
import { EventRow } from '../events/entities/event-row.entity.js';
import { LogEpochRow } from '../events/entities/log-epoch-row.entity.js';
import { AuditHeadRow } from '../identity/entities/audit-head-row.entity.js';
import { AuditRow } from '../identity/entities/audit-row.entity.js';
import { Board } from '../identity/entities/board.entity.js';
import { ExternalIdentityRow } from '../identity/entities/external-identity-row.entity.js';
import { RoleRow } from '../identity/entities/role-row.entity.js';
import { Session } from '../identity/entities/session.entity.js';
import { SignInAttempt } from '../identity/entities/sign-in-attempt.entity.js';
import { ClockSkew } from '../platform/database/entities/clock-skew.entity.js';
import { ExtensionPoint } from '../platform/database/entities/extension-point.entity.js';
import { IdempotencyKeyRow } from '../platform/database/entities/idempotency-key-row.entity.js';
import { LastBackupRow } from '../platform/database/entities/last-backup-row.entity.js';
import { LiveLimit } from '../platform/database/entities/live-limit.entity.js';
import { MigrationNote } from '../platform/database/entities/migration-note.entity.js';
import { RetentionFloor } from '../platform/database/entities/retention-floor.entity.js';
import { Annunciation } from '../ward/calls/entities/annunciation.entity.js';
import { CallAcceptance } from '../ward/calls/entities/call-acceptance.entity.js';
import { CallMoveRow } from '../ward/calls/entities/call-move-row.entity.js';
import { CallRow } from '../ward/calls/entities/call-row.entity.js';
import { DepartmentTypePolicy } from '../ward/calls/entities/department-type-policy.entity.js';
import { EscalationPolicyRow } from '../ward/calls/entities/escalation-policy-row.entity.js';
import { PastAnnunciation } from '../ward/calls/entities/past-annunciation.entity.js';
import { GuestDevice } from '../ward/guests/entities/guest-device.entity.js';
import { GuestLink } from '../ward/guests/entities/guest-link.entity.js';
import { Bed } from '../ward/hospital/entities/bed.entity.js';
import { CallType } from '../ward/hospital/entities/call-type.entity.js';
import { Department } from '../ward/hospital/entities/department.entity.js';
import { Facility } from '../ward/hospital/entities/facility.entity.js';
import { Membership } from '../ward/hospital/entities/membership.entity.js';
import { Room } from '../ward/hospital/entities/room.entity.js';
import { Staff } from '../ward/hospital/entities/staff.entity.js';
import { StationSupervisionRow } from '../ward/stations/entities/station-supervision-row.entity.js';
import { Station } from '../ward/hospital/entities/station.entity.js';
import { NotificationRow } from '../ward/notifications/entities/notification-row.entity.js';
import { NotificationTry } from '../ward/notifications/entities/notification-try.entity.js';
import { NotifierSubscription } from '../ward/notifications/entities/notifier-subscription.entity.js';
import { MissedReceipt } from '../ward/presence/entities/missed-receipt.entity.js';
import { NodeRow } from '../ward/presence/entities/node-row.entity.js';
import { StaffAbsence } from '../ward/presence/entities/staff-absence.entity.js';
import { StaffConnection } from '../ward/presence/entities/staff-connection.entity.js';
import { UnattendedDepartment } from '../ward/presence/entities/unattended-department.entity.js';
import { WardWatch } from '../ward/presence/entities/ward-watch.entity.js';
import { DepartmentQueueRow } from '../ward/staffing/entities/department-queue-row.entity.js';
import { DutyArrival } from '../ward/staffing/entities/duty-arrival.entity.js';
import { Exclusion } from '../ward/staffing/entities/exclusion.entity.js';
import { RoomAssignment } from '../ward/staffing/entities/room-assignment.entity.js';
import { Shift } from '../ward/staffing/entities/shift.entity.js';

/** An entity for every table of Wardline's. */
export const ENTITIES = [
  DepartmentStream,
  EventConsumerPosition,
  EventRow,
  LogEpochRow,
  AuditHeadRow,
  AuditRow,
  Board,
  ExternalIdentityRow,
  Session,
  SignInAttempt,
  ClockSkew,
  ExtensionPoint,
  IdempotencyKeyRow,
  LastBackupRow,
  LiveLimit,
  MigrationNote,
  RetentionFloor,
  Annunciation,
  CallAcceptance,
  CallMoveRow,
  CallRow,
  DepartmentTypePolicy,
  EscalationPolicyRow,
  PastAnnunciation,
  GuestDevice,
  GuestLink,
  Bed,
  CallType,
  Department,
  Facility,
  Membership,
  RoleRow,
  Room,
  Staff,
  Station,
  StationSupervisionRow,
  NotificationRow,
  NotificationTry,
  NotifierSubscription,
  MissedReceipt,
  NodeRow,
  StaffAbsence,
  StaffConnection,
  UnattendedDepartment,
  WardWatch,
  DepartmentQueueRow,
  DutyArrival,
  Exclusion,
  RoomAssignment,
  Shift,
] as const;
