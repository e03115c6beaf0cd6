import { Module } from '@nestjs/common';
import { CallsModule } from './calls.module.js';
import { CallTimers } from './calls/ladder/call-timers.js';
import { ClockWatch } from './calls/ladder/watch/clock-watch.js';
import { DepartedHolders } from './calls/ladder/handover/departed-holders.js';
import { CameOnDuty } from './calls/ladder/came-on-duty.js';
import { EscalationEngine } from './calls/ladder/escalation-engine.js';
import { EscalationMetrics, escalationMetricProviders } from './calls/ladder/watch/escalation-metrics.js';
import { EscalationWatchdog } from './calls/ladder/watch/escalation-watchdog.service.js';
import { DisconnectedNurseHandover } from './calls/ladder/handover/disconnected-nurse-handover.js';
import { MissedReceipts } from './calls/ladder/missed-receipts.js';
import { SecondLineWatch } from './calls/ladder/second-line-watch.js';
import { PresenceModule } from './presence.module.js';
import { StaffingModule } from './staffing.module.js';

/** The engines that let no call wait for ever. */
@Module({
  imports: [CallsModule, StaffingModule, PresenceModule],
  providers: [
    ...escalationMetricProviders,
    EscalationMetrics,
    EscalationEngine,
    EscalationWatchdog,
    CallTimers,
    ClockWatch,
    DepartedHolders,
    DisconnectedNurseHandover,
    CameOnDuty,
    MissedReceipts,
    SecondLineWatch,
  ],
  exports: [ClockWatch, EscalationWatchdog],
})
export class EscalationModule {}
