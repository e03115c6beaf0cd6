import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { AdminModule } from './admin/admin.module.js';
import { AuditModule } from './audit/audit.module.js';
import { AuthModule } from './auth/auth.module.js';
import { SessionCookieGuard } from './auth/session-cookie.guard.js';
import { CallsModule } from './calls/calls.module.js';
import { ClusterModule } from './cluster/cluster.module.js';
import { CommandsModule } from './commands/commands.module.js';
import { CommonModule } from './common/common.module.js';
import type { Logger } from './common/logger.js';
import type { Config } from './config/config.js';
import { ConfigModule } from './config/config.module.js';
import { DatabaseModule } from './database/database.module.js';
import { DispatchModule } from './dispatch/dispatch.module.js';
import { EscalationPoliciesModule } from './escalation/escalation-policies.module.js';
import { EscalationModule } from './escalation/escalation.module.js';
import { EventsModule } from './events/events.module.js';
import type { Extensions } from './extensions.js';
import { HealthModule } from './health/health.module.js';
import { HospitalModule } from './hospital/hospital.module.js';
import { StationKeyGuard } from './hospital/station-key.guard.js';
import { HttpErrorFilter } from './http/error.filter.js';
import { HttpModule } from './http/http.module.js';
import { LifecycleModule } from './lifecycle/lifecycle.module.js';
import { LimitsModule } from './limits/limits.module.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { NotificationsModule } from './notifications/notifications.module.js';
import { PresenceModule } from './presence/presence.module.js';
import { RealtimeModule } from './realtime/realtime.module.js';
import { DEFAULT_UPGRADE_GUARDS } from './realtime/upgrade-guards.js';
import { ReportsModule } from './reports/reports.module.js';
import { RetentionModule } from './retention/retention.module.js';
import { RoomsModule } from './rooms/rooms.module.js';
import { SchedulingModule } from './scheduling/scheduling.module.js';
import { TracingModule } from './tracing/tracing.module.js';
import { StaffingModule } from './staffing/staffing.module.js';
import { SupervisionModule } from './supervision/supervision.module.js';

/** What the application is put together from, once the start has settled where its data and secrets are. */
export interface AppOptions extends Extensions {
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
    ...own
  }: AppOptions): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.with(config),
        CommonModule.with(logger),
        TracingModule,
        DatabaseModule.connect(databaseUrl),
        AuthModule.with(signingSecrets, own.identityProvider),
        LimitsModule.with(upgradeGuards),
        AuditModule,
        CommandsModule,
        EventsModule,
        ClusterModule,
        HospitalModule,
        SchedulingModule,
        StaffingModule,
        DispatchModule.with(own.dispatchStrategy),
        EscalationPoliciesModule.with(own.escalationPolicies),
        CallsModule,
        ReportsModule,
        PresenceModule,
        EscalationModule,
        SupervisionModule,
        NotificationsModule.with(own.notifier),
        AdminModule,
        RealtimeModule,
        RoomsModule.with(own.roomAuthorizer),
        HealthModule,
        MetricsModule,
        HttpModule,
        LifecycleModule,
        RetentionModule,
        ...modules,
      ],
      providers: [
        { provide: APP_GUARD, useExisting: SessionCookieGuard },
        { provide: APP_GUARD, useExisting: StationKeyGuard },
        { provide: APP_FILTER, useClass: HttpErrorFilter },
      ],
    };
  }
}
