import { Module } from '@nestjs/common';
import { RealtimeModule } from '../realtime/realtime.module.js';
import { StaffingModule } from '../staffing/staffing.module.js';
import { AnnunciationReceipts } from './annunciation-receipts.js';
import { AnnunciationsSent } from './annunciations-sent.js';
import { CallAccess } from './call-access.service.js';
import { CallCancellation } from './call-cancellation.service.js';
import { CallCommandsService } from './call-commands.service.js';
import { CallEscalation } from './call-escalation.service.js';
import { CallEvents } from './call-events.js';
import { CallHandover } from './call-handover.js';
import { CallJournal } from './call-journal.js';
import { CallMetrics, callMetricProviders } from './call-metrics.js';
import { CallSnapshot } from './call-snapshot.js';
import { CallSummary } from './call-summary.js';
import { CallWithdrawal } from './call-withdrawal.service.js';
import { CallCommandsController } from './call-commands.controller.js';
import { CallsController } from './calls.controller.js';
import { CallsGateway } from './calls.gateway.js';
import { CallsQueryService } from './calls-query.service.js';
import { CallsRepository } from './calls.repository.js';
import { NewCalls } from './new-calls.service.js';
import { PendingCalls, pendingCallsMetric } from './pending-calls.js';
import { RaiseCallService } from './raise-call.service.js';
import { ReassuranceLight } from './reassurance-light.js';
import { ReassignCallService } from './reassign-call.service.js';
import { Recipients } from './recipients.js';
import { StationCallsController } from './station-calls.controller.js';
import { StationCommandsService } from './station-commands.service.js';

/** Requests for help: from the press to their end. */
@Module({
  imports: [RealtimeModule, StaffingModule],
  controllers: [CallsController, CallCommandsController, StationCallsController],
  providers: [
    ...callMetricProviders,
    CallsGateway,
    CallsRepository,
    CallsQueryService,
    CallAccess,
    CallCommandsService,
    CallCancellation,
    StationCommandsService,
    RaiseCallService,
    NewCalls,
    CallWithdrawal,
    ReassignCallService,
    Recipients,
    CallEscalation,
    CallJournal,
    CallEvents,
    CallHandover,
    CallSnapshot,
    CallSummary,
    CallMetrics,
    PendingCalls,
    pendingCallsMetric,
    ReassuranceLight,
    AnnunciationReceipts,
    AnnunciationsSent,
  ],
  exports: [CallsRepository, CallEscalation, CallJournal, RaiseCallService, CallWithdrawal],
})
export class CallsModule {}
