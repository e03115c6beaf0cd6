import { Module } from '@nestjs/common';
import { StaffingModule } from '../staffing/staffing.module.js';
import { CallCommandsService } from './call-commands.service.js';
import { CallEvents } from './call-events.js';
import { CallHandover } from './call-handover.js';
import { CallJournal } from './call-journal.js';
import { CallMetrics, callMetricProviders } from './call-metrics.js';
import { CallSnapshot } from './call-snapshot.js';
import { CallsController } from './calls.controller.js';
import { CallsGateway } from './calls.gateway.js';
import { CallsQueryService } from './calls-query.service.js';
import { CallsRepository } from './calls.repository.js';
import { PendingCalls } from './pending-calls.js';
import { RaiseCallService } from './raise-call.service.js';
import { ReassuranceLight } from './reassurance-light.js';
import { Recipients } from './recipients.js';
import { StationCallsController } from './station-calls.controller.js';

/** Requests for help: from the press to their end. */
@Module({
  imports: [StaffingModule],
  controllers: [CallsController, StationCallsController],
  providers: [
    ...callMetricProviders,
    CallsGateway,
    CallsRepository,
    CallsQueryService,
    CallCommandsService,
    RaiseCallService,
    Recipients,
    CallJournal,
    CallEvents,
    CallHandover,
    CallSnapshot,
    CallMetrics,
    PendingCalls,
    ReassuranceLight,
  ],
})
export class CallsModule {}
