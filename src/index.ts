/**
 * The public names of Wardline. Everything else may change in any release.
 * @packageDocumentation
 */

// A hospital's own program.
export { bootstrap } from './bootstrap.js';
export { defineHospital, type HospitalDefinition } from './program/define-hospital.js';
export type { EntityClass, Extensions } from './program/extensions.js';
export type { Implementation } from './platform/extensions/implementation.js';
export type { RoleDefinition } from './identity/roles/role-definition.js';
export type { CallTypeDefinition } from './ward/hospital/call-type-definition.js';

// Settings. `export *` where a hospital adds to an interface by declaration merging.
export * from './platform/config/own-settings.js';
export * as setting from './platform/config/settings/setting.js';
export {
  CLUSTER_SETTINGS,
  DATABASE_SETTINGS,
  GUEST_SETTINGS,
  HTTP_SETTINGS,
  OPERATIONS_SETTINGS,
  REALTIME_SETTINGS,
  SESSION_SETTINGS,
  WARD_SETTINGS,
} from './platform/config/config.module.js';

// Dispatch and escalation.
export { type DispatchableCall, type DispatchCandidate, DispatchStrategy } from './ward/calls/dispatch/dispatch-strategy.js';
export { EscalationPolicyProvider } from './ward/calls/policies/escalation-policy.js';
export type { EscalationPolicy } from './ward/deadlines/deadlines.js';

// Identity and access.
export { type Identification, IdentityProvider } from './identity/access/identity-provider.js';
export { SessionIdentityProvider } from './identity/sessions/session-identity-provider.js';
export { type LiveSession, type SessionSelection, SessionsService, type SessionView } from './identity/sessions/sessions.service.js';
export {
  actorOf,
  belongsTo,
  type GuestActor,
  type BoardPrincipal,
  type Principal,
  type ReaderPrincipal,
  type Role,
  type WardlineRole,
  type StaffPrincipal,
  type StationPrincipal,
} from './identity/access/principal.js';
export { CurrentStaff, CurrentStation, ForStations, Public, Roles } from './identity/access/access.js';
export { type ExternalIdentity, ExternalSignIn, type SignInExchange } from './admin/people/external-sign-in.service.js';
export { Accepts, Origins } from './platform/http/route-marks.js';
export { can, type Capability, defineCapabilities, RequireCapability } from './identity/access/capabilities.js';
export { DepartmentAccess } from './identity/access/department-access.js';
export type { GuardedRequest } from './identity/access/guarded-request.js';
export type { ConnectionRequest } from './realtime/capacity/guarded-connection.js';
export type { ConnectionSlot } from './realtime/capacity/connection-slots.js';
export { type RefusalOptions, UpgradeRefusal } from './identity/access/upgrade-refusal.js';
export { TlsGuard } from './identity/origin/tls.guard.js';
export { OriginGuard } from './identity/origin/origin.guard.js';
export { DEFAULT_UPGRADE_GUARDS } from './realtime/upgrade/upgrade-guards.js';
export type { UpgradeGuards } from './realtime/capacity/upgrade-guard-list.js';
export { type AuditEntry, AuditLog } from './identity/audit/audit-log.service.js';

// Commands, transactions, events.
export {
  type CommandIdentity,
  type CommandRoute,
  type CommandSteps,
  IdempotentCommands,
  type SubjectReader,
} from './platform/idempotency/idempotent-commands.js';
export { requiredKey } from './platform/idempotency/idempotency-key.js';
export { Database, type Row } from './platform/database/database.js';
export type { PoolName } from './platform/database/pools.js';
export { type Statement, statement } from './platform/database/statement.js';
export { type LastStatement, type LastStep, type Transaction, Transactions } from './platform/database/transactions.js';
export { type ConsumedEvent, EventConsumer } from './events/consumers/event-consumer.js';
export { type ConsumerView, EventConsumers } from './events/consumers/event-consumers.js';
export { newId, placeId, slug, uuid } from './platform/common/values/ids.js';
export {
  defineErrors,
  DomainError,
  type DomainErrorOptions,
  type ErrorCode,
  type ErrorDetails,
  notFound,
  type OwnError,
  type OwnErrorTraits,
} from './platform/common/errors.js';
export { type LogFields, Logger } from './platform/logging/logger.js';
export { Clock } from './platform/common/clock.js';
export * from './events/log/event.js';
export { EventCatalog, type EventTraits, type OwnEvent, type PayloadsOf } from './events/log/event-catalog.js';
export { EventLog, type Head, type PageStart } from './events/log/event-log.js';
export { type DepartmentSnapshot, DepartmentSnapshots } from './events/snapshots/department-snapshots.js';
export { DepartmentSummaries, type DepartmentSummary } from './events/snapshots/department-summaries.js';

// Frames of sockets.
export { Caller, commandFrame, Frame, OnFrame } from './realtime/frames/frame.decorators.js';
export { CommandErrorFilter } from './realtime/frames/command-error.filter.js';

// Health, retention and metrics.
export { InjectMetric } from '@willsoto/nestjs-prometheus';
export { counterProvider, gaugeProvider, histogramProvider } from './platform/metrics/metric-providers.js';
export { Counter, Gauge, Histogram } from 'prom-client';
export { type HealthFinding, type HealthIndicator, HealthIndicators } from './operations/health/health-indicators.js';
export { type RetentionRule, RetentionRules } from './events/retention/retention-rules.js';

// Work with a deadline.
export type { DueLook, DueQuestion, DueWork } from './platform/scheduling/due-work.js';
export { DueWorkScheduler } from './platform/scheduling/due-work-scheduler.js';

// Rooms, notifiers, what nodes share.
export { ClosedRooms, type RoomAction, RoomAuthorizer, type RoomRequest } from './rooms/room-authorizer.js';
export { RealtimeHub } from './rooms/realtime-hub.service.js';
export type { Room, RoomGuest } from './rooms/room.js';
export type { Client } from './rooms/delivery/local-clients.js';
export type { SharedFrame } from './realtime/connection/shared-frame.js';
export type { EphemeralText, EphemeralType, MessageData } from './rooms/delivery/ephemeral-frame.js';
export type { SocketStat, SocketStatValues } from './realtime/statistics/socket-stats.service.js';
export { type Notification, type NotificationType, Notifier } from './ward/notifications/notifier.js';
export { standardWebhookHeaders, WebhookNotifier, type WebhookOptions, webhookSignature } from './ward/notifications/webhook-notifier.js';
export { Backplane } from './cluster/ports/backplane.js';
export { BackplaneAway, CapacityError } from './cluster/ports/backplane-errors.js';
export { BusTransport, type Heard, type Target } from './cluster/ports/bus-transport.js';
export { type Owner, OwnerStore } from './cluster/ports/owner-store.js';
export { type Membership, type RoomMember, type RoomSize, RoomStore, type StorePage, type UserMoves } from './cluster/ports/room-store.js';
export { type Reaped, type ServerEntry, type ServerHeartbeat, type ServerRow, ServerStore } from './cluster/ports/server-store.js';
export { type StreamBounds, type StreamEntry, StreamStore } from './cluster/ports/stream-store.js';
export { WindowStore } from './cluster/ports/window-store.js';
export type { ServerStateName } from './platform/common/server-state.js';
export { RedisBackplane } from './cluster/redis/redis-backplane.js';
export { Bus } from './cluster/bus/bus.service.js';
export * from './cluster/bus/bus-messages.js';
