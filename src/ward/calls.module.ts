import { Module } from '@nestjs/common';
import { RealtimeModule } from '../realtime/realtime.module.js';
import { StaffingModule } from './staffing.module.js';
import { AnnunciationReceipts } from './calls/annunciations/annunciation-receipts.js';
import { LostAccepts } from './calls/commands/lost-accepts.js';
import { AnnunciationsSent } from './calls/annunciations/annunciations-sent.js';
import { CallAccess } from './calls/commands/call-access.service.js';
import { CallClosing } from './calls/commands/call-closing.service.js';
import { CallCommandsService } from './calls/commands/call-commands.service.js';
import { CallEscalation } from './calls/ladder/call-escalation.service.js';
import { CallRounds } from './calls/ladder/call-rounds.service.js';
import { LostHolders } from './calls/ladder/handover/lost-holders.service.js';
import { Supersession } from './calls/ladder/supersession.service.js';
import { CallEvents } from './calls/call-events.js';
import { CallHandover } from './calls/commands/call-handover.js';
import { CallJournal } from './calls/call-journal.js';
import { CallLanes } from './calls/call-lanes.js';
import { CallMetrics, callMetricProviders } from './calls/projections/call-metrics.js';
import { CallSnapshot } from './calls/projections/call-snapshot.js';
import { CallSummary } from './calls/projections/call-summary.js';
import { CallWithdrawal } from './calls/commands/call-withdrawal.service.js';
import { CallCommandsController } from './calls/http/call-commands.controller.js';
import { CallsController } from './calls/http/calls.controller.js';
import { CallsGateway } from './calls/http/calls.gateway.js';
import { CallsQueryService } from './calls/http/calls-query.service.js';
import { CallsRepository } from './calls/calls.repository.js';
import { NewCalls } from './calls/commands/new-calls.service.js';
import { PendingCalls, pendingCallsMetric } from './calls/commands/pending-calls.js';
import { PressesRepository } from './calls/presses.repository.js';
import { RaiseCallService } from './calls/commands/raise-call.service.js';
import { RepeatedPresses } from './calls/commands/repeated-presses.service.js';
import { ReassuranceLight } from './calls/http/reassurance-light.js';
import { ReassignCallService } from './calls/commands/reassign-call.service.js';
import { Recipients } from './calls/annunciations/recipients.js';
import { StationCallsController } from './calls/http/station-calls.controller.js';
import { StationCommandsService } from './calls/commands/station-commands.service.js';

/** Requests for help: from the press to their end. */
@Module({
  imports: [RealtimeModule, StaffingModule],
  controllers: [CallsController, CallCommandsController, StationCallsController],
  providers: [
    ...callMetricProviders,
    CallsGateway,
    CallsRepository,
    PressesRepository,
    CallsQueryService,
    CallAccess,
    CallLanes,
    CallCommandsService,
    CallClosing,
    StationCommandsService,
    RaiseCallService,
    RepeatedPresses,
    NewCalls,
    CallWithdrawal,
    ReassignCallService,
    Recipients,
    CallEscalation,
    CallRounds,
    LostHolders,
    Supersession,
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
    LostAccepts,
    AnnunciationsSent,
  ],
  exports: [CallsRepository, CallEscalation, CallRounds, LostHolders, CallJournal, RaiseCallService, CallWithdrawal],
})
export class CallsModule {}
