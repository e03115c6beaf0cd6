import { Module } from '@nestjs/common';
import { OnDutySnapshot } from './on-duty-snapshot.js';
import { ShiftEvents } from './shift-events.js';
import { ShiftsController } from './shifts.controller.js';
import { ShiftsGateway } from './shifts.gateway.js';
import { ShiftsService } from './shifts.service.js';

/** Who is on duty. */
@Module({
  controllers: [ShiftsController],
  providers: [ShiftsService, ShiftsGateway, ShiftEvents, OnDutySnapshot],
  exports: [ShiftsService],
})
export class StaffingModule {}
