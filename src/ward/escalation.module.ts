import { Module } from '@nestjs/common';
import { CallsModule } from './calls.module.js';
import { EscalationEngine } from './calls/ladder/escalation-engine.js';
import { EscalationMetrics, escalationMetricProviders } from './calls/ladder/escalation-metrics.js';
import { EscalationWatchdog } from './calls/ladder/escalation-watchdog.service.js';
import { LostNurseCalls } from './calls/ladder/lost-nurse-calls.js';
import { PresenceTimeout } from './calls/ladder/presence-timeout.js';

/** The engines that let no call wait for ever. */
@Module({
  imports: [CallsModule],
  providers: [...escalationMetricProviders, EscalationMetrics, EscalationEngine, EscalationWatchdog, PresenceTimeout, LostNurseCalls],
  exports: [EscalationWatchdog],
})
export class EscalationModule {}
