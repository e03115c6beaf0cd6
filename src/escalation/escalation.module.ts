import { Module } from '@nestjs/common';
import { CallsModule } from '../calls/calls.module.js';
import { EscalationEngine } from './escalation-engine.js';
import { EscalationMetrics, escalationMetricProviders } from './escalation-metrics.js';
import { EscalationWatchdog } from './escalation-watchdog.service.js';
import { LostNurseCalls } from './lost-nurse-calls.js';
import { PresenceTimeout } from './presence-timeout.js';

/** The engines that let no call wait for ever. */
@Module({
  imports: [CallsModule],
  providers: [...escalationMetricProviders, EscalationMetrics, EscalationEngine, EscalationWatchdog, PresenceTimeout, LostNurseCalls],
  exports: [EscalationWatchdog],
})
export class EscalationModule {}
