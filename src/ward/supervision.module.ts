import { Module } from '@nestjs/common';
import { CallsModule } from './calls.module.js';
import { FaultCalls } from './stations/fault-calls.js';
import { StationEvents } from './stations/station-events.js';
import { StationRecovery } from './stations/station-recovery.js';
import { StationSupervision } from './stations/station-supervision.js';

/** Devices that fall silent call for help themselves. */
@Module({ imports: [CallsModule], providers: [StationEvents, FaultCalls, StationSupervision, StationRecovery] })
export class SupervisionModule {}
