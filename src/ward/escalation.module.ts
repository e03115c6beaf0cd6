import { Module } from '@nestjs/common';
import { CallsModule } from './calls.module.js';
import { CallTimers } from './calls/ladder/call-timers.js';
import { ClockWatch } from './calls/ladder/clock-watch.js';
import { DepartedHolders } from './calls/ladder/departed-holders.js';
import { EscalationEngine } from './calls/ladder/escalation-engine.js';
import { EscalationMetrics, escalationMetricProviders } from './calls/ladder/escalation-metrics.js';
import { EscalationWatchdog } from './calls/ladder/escalation-watchdog.service.js';
import { LostNurseCalls } from './calls/ladder/lost-nurse-calls.js';

/** The engines that let no call wait for ever. */
@Module({
  imports: [CallsModule],
  providers: [
    ...escalationMetricProviders,
    EscalationMetrics,
    EscalationEngine,
    EscalationWatchdog,
    CallTimers,
    ClockWatch,
    DepartedHolders,
    LostNurseCalls,
  ],
  exports: [ClockWatch, EscalationWatchdog],
})
export class EscalationModule {}
