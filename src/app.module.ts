import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { ExternalSignInModule } from './admin/external-sign-in.module.js';
import { AdminModule } from './admin/admin.module.js';
import { AuditModule } from './identity/audit.module.js';
import { AuthModule } from './identity/auth.module.js';
import { SessionCookieGuard } from './identity/sessions/session-cookie.guard.js';
import { CallsModule } from './ward/calls.module.js';
import { ClusterModule } from './cluster/cluster.module.js';
import { CommandsModule } from './platform/commands.module.js';
import { CommonModule } from './platform/common.module.js';
import { ExtensionsModule } from './platform/extensions.module.js';
import type { Logger } from './platform/logging/logger.js';
import type { Config } from './platform/config/config.js';
import { ConfigModule } from './platform/config/config.module.js';
import { DatabaseModule } from './platform/database.module.js';
import { DispatchModule } from './ward/dispatch.module.js';
import { EscalationPoliciesModule } from './ward/escalation-policies.module.js';
import { EscalationModule } from './ward/escalation.module.js';
import { EventsModule } from './events/events.module.js';
import type { Extensions } from './program/extensions.js';
import { OwnModules } from './program/own-modules/own-modules.module.js';
import { HealthModule } from './operations/health.module.js';
import { GuestsModule } from './ward/guests.module.js';
import { HospitalModule } from './ward/hospital.module.js';
import { StationKeyGuard } from './ward/stations/station-key.guard.js';
import { HttpErrorFilter } from './platform/http/errors/error.filter.js';
import { HttpModule } from './platform/http/http.module.js';
import { LifecycleModule } from './operations/lifecycle.module.js';
import { LimitsModule } from './realtime/limits.module.js';
import { MetricsModule } from './operations/metrics.module.js';
import { NotificationsModule } from './ward/notifications.module.js';
import { PresenceModule } from './ward/presence.module.js';
import { RealtimeModule } from './realtime/realtime.module.js';
import { DEFAULT_UPGRADE_GUARDS } from './realtime/upgrade/upgrade-guards.js';
import { ReportsModule } from './ward/reports.module.js';
import { RetentionModule } from './events/retention.module.js';
import { RoomsModule } from './rooms/rooms.module.js';
import { SchedulingModule } from './platform/scheduling.module.js';
import { TracingModule } from './platform/tracing.module.js';
import { StaffingModule } from './ward/staffing.module.js';
import { SupervisionModule } from './ward/supervision.module.js';
import { ENTITIES } from './startup/entities.js';

/** The parts of the application. The start has settled its data directory and secrets before. */
export interface AppOptions extends Extensions {
  /** The hospital's, where there is one. */
  name?: string;
  config: Config;
  databaseUrl: string;
  signingSecrets: readonly [string, ...string[]];
  logger: Logger;
}

/** Composition, nothing else. Guards run in this order: TLS, origin, then who is asking. */
@Module({})
export class AppModule {
  static with({
    config,
    databaseUrl,
    signingSecrets,
    logger,
    upgradeGuards = DEFAULT_UPGRADE_GUARDS,
    modules = [],
    entities = [],
    ...own
  }: AppOptions): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.with(config),
        CommonModule.with(logger),
        ExtensionsModule,
        TracingModule,
        DatabaseModule.connect(databaseUrl, [...ENTITIES, ...entities]),
        AuthModule.with(signingSecrets, own.identityProvider),
        LimitsModule.with(upgradeGuards),
        AuditModule,
        CommandsModule,
        EventsModule,
        ClusterModule.with(own.backplane),
        HospitalModule,
        SchedulingModule,
        StaffingModule,
        DispatchModule.with(own.dispatchStrategy),
        EscalationPoliciesModule.with(own.escalationPolicy),
        CallsModule,
        ReportsModule,
        PresenceModule,
        EscalationModule,
        SupervisionModule,
        GuestsModule,
        NotificationsModule.with(own.notifiers),
        AdminModule,
        ExternalSignInModule,
        RealtimeModule,
        RoomsModule.with(own.roomAuthorizer),
        HealthModule,
        MetricsModule,
        HttpModule,
        LifecycleModule,
        RetentionModule,
        OwnModules.with({ ...own, modules }),
      ],
      providers: [
        { provide: APP_GUARD, useExisting: SessionCookieGuard },
        { provide: APP_GUARD, useExisting: StationKeyGuard },
        { provide: APP_FILTER, useClass: HttpErrorFilter },
      ],
    };
  }
}
